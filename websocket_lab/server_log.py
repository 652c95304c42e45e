"""uvicorn's warnings, shown under the cell that started the server."""

import logging
import sys
import threading
from typing import Protocol


class Serving(Protocol):
    """Something that knows whether it serves."""

    @property
    def is_serving(self) -> bool:
        """Whether the server answers and has not been told to stop."""


class ServerLog(logging.Handler):
    """Prints what uvicorn logs in the thread that made this, while its server serves."""

    def __init__(self, server: Serving) -> None:
        super().__init__()
        self._server = server
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record, unless it is another server's or is shown elsewhere."""
        # Start-up failures are raised in the cell, exceptions are shown cut to the learner's lines.
        if record.thread == self._thread and self._server.is_serving and not record.exc_info:
            print(f"{record.levelname}: {record.getMessage()}", file=sys.stderr)

    def __enter__(self) -> "ServerLog":
        """Listen to uvicorn's logger."""
        logging.getLogger("uvicorn").addHandler(self)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop listening."""
        logging.getLogger("uvicorn").removeHandler(self)
