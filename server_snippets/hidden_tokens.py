"""Keeps tokens out of the log: uvicorn writes the whole address of each handshake, query included.

With --log-level debug or trace it also writes headers, messages and the whole ASGI scope.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.frames import Frame


LOGGERS = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi")
# Headers in which clients send tokens, or the address of a page that has one.
SECRET_HEADERS = {
    "authorization",
    "cookie",
    "proxy-authorization",
    "referer",
    "sec-websocket-protocol",
    "set-cookie",
}
HEADER_LINES = {"< %s: %s", "> %s: %s"}
# How websockets begins its lines about handshakes that it refuses.
REFUSED_HANDSHAKE = "! "
QUERY = re.compile(r"\?\S*")


class HideQueries(logging.Filter):
    """Lets every log record pass, without the queries of the addresses in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what may hold a token in the record's values."""
        if str(record.msg).startswith(REFUSED_HANDSHAKE):
            # The traceback ends with the header that is at fault.
            record.exc_info = record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(map(without_secrets, record.args))
            if record.msg in HEADER_LINES and str(record.args[0]).lower() in SECRET_HEADERS:
                record.args = (record.args[0], "…")
        elif isinstance(record.args, dict):
            # logging takes a mapping out of its tuple, where it is the only value.
            record.args = without_secrets(record.args)  # type: ignore[assignment]
        return True


def without_secrets(value: object) -> object:
    """Return `/ws/auth?…` for `/ws/auth?token=secret-token`, and no message or query."""
    match value:
        case str():
            return QUERY.sub("?…", value)
        case Frame():
            return f"{value.opcode.name} [{len(value.data)} bytes]"
        case dict() if value.get("query_string"):
            return {**value, "query_string": b"..."}
    return value


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
