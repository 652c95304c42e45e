"""The line that the server logs when a connection has ended, as tests wait for it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue


class Lines(logging.Handler):
    """Collects what is logged of ended connections."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: SimpleQueue[str] = SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        if (line := record.getMessage()).startswith("event=close"):
            self._lines.put(line)

    def next(self) -> str:
        """Return the next line, as soon as there is one."""
        return self._lines.get(timeout=60)


@contextmanager
def close_lines() -> Iterator[Lines]:
    """Collect the lines of connections that end within the block."""
    logger, lines = logging.getLogger("server_snippets"), Lines()
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(lines)
    try:
        yield lines
    finally:
        logger.removeHandler(lines)
        logger.setLevel(level)
