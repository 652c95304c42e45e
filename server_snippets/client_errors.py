"""Keeps clients' mistakes short in the log: uvicorn writes a traceback for each text that is not UTF-8.

The line came with https://github.com/Kludex/uvicorn/pull/2540; no upstream thread about it is known.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


LOGGER = "uvicorn.error"
NOT_UTF_8 = "Invalid UTF-8 sequence received from client."


class ShortenClientErrors(logging.Filter):
    """Lets every log record pass, and what a client has done wrong as one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback out of a record that is about the client, and call it a warning."""
        if record.msg == NOT_UTF_8:
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True


@contextmanager
def short_client_errors() -> Iterator[None]:
    """Shorten uvicorn's lines about clients for as long as the block lasts."""
    logger, shorten = logging.getLogger(LOGGER), ShortenClientErrors()
    logger.addFilter(shorten)
    try:
        yield
    finally:
        logger.removeFilter(shorten)
