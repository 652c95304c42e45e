"""Keeps tokens out of the log: uvicorn writes the whole address of each handshake, query included."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager


LOGGERS = ("uvicorn.error", "uvicorn.access")
QUERY = re.compile(r"\?\S*")


class HideQueries(logging.Filter):
    """Lets every log record pass, without the queries of the addresses in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what follows a `?` in the record's values."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(without_query, record.args))
        return True


def without_query(value: object) -> object:
    """Return `/ws/auth?…` for `/ws/auth?token=secret-token`, and what is no text as it is."""
    return QUERY.sub("?…", value) if isinstance(value, str) else value


@contextmanager
def hidden_tokens() -> Iterator[None]:
    """Hide the queries in uvicorn's log lines for as long as the block lasts."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    # One filter a server: two in one process must not take away each other's.
    hide_queries = HideQueries()
    for logger in loggers:
        # First of all filters, because another one may show the record.
        logger.filters.insert(0, hide_queries)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(hide_queries)
