"""uvicorn's warnings, shown under the cell that started the server, and nowhere else."""

import logging
import sys
import threading
from typing import Protocol


LOGGERS = ("uvicorn.error", "uvicorn.access")


class Serving(Protocol):
    """Something that knows whether it serves."""

    @property
    def is_serving(self) -> bool:
        """Whether the server answers and has not been told to stop."""


class ServerLog(logging.Filter):
    """Takes what uvicorn logs in the thread that made this, and prints what a learner should see.

    A filter, not a handler: whatever else is set up for logging in this process gets none of it, neither the
    addresses with their tokens nor the traceback that is shown elsewhere, cut to the learner's lines.
    """

    def __init__(self, server: Serving, level: int) -> None:
        super().__init__()
        self._server = server
        self._level = level
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record belongs to another thread and shall go its way."""
        if record.thread != self._thread:
            return True

        if record.levelno >= self._level and self._server.is_serving and not record.exc_info:
            print(f"{record.levelname}: {record.getMessage()}", file=sys.stderr)
        return False

    def __enter__(self) -> "ServerLog":
        """Start taking records."""
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self)
        return self

    def __exit__(self, *exception: object) -> None:
        """Take no more records."""
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self)
