"""What the server logs: one line for each event, with no token and no message in it.

A line looks like `event=close path=/ws/auth address=127.0.0.1 code=4001 open=3`.

uvicorn's own lines are changed in two places: it writes the whole address of each handshake, query
included, and with --log-level debug or trace also headers, messages and the whole ASGI scope; and it
writes a traceback for each text that is not UTF-8 (since https://github.com/Kludex/uvicorn/pull/2540; no
upstream thread about it is known).
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from starlette.types import Scope
from websockets.frames import Frame


LOGGER = "server_snippets"
# The longest value in a line.
MAX_LENGTH = 200
WARNING_SECONDS = 60.0
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
UVICORN_LOGGER = "uvicorn.error"
NOT_UTF_8 = "Invalid UTF-8 sequence received from client."


def quoted(value: str) -> str:
    """Return what a client said, so that it can neither forge a line or a field nor fill the log."""
    return shortened(quote(value, safe="/:[]"))


def shortened(value: str) -> str:
    """Return the beginning of a text that is too long for the log."""
    return value if len(value) <= MAX_LENGTH else f"{value[:MAX_LENGTH]}…"


def log(event: str, *, level: int = logging.INFO, **values: object) -> None:
    """Write one line."""
    fields = [f"event={event}", *(f"{key}={shortened(str(value))}" for key, value in values.items())]
    logging.getLogger(LOGGER).log(level, " ".join(fields))


def log_connection(event: str, scope: Scope, *, level: int = logging.INFO, **values: object) -> None:
    """Write one line on a connection: where it leads and where it comes from, without its query."""
    if logging.getLogger(LOGGER).isEnabledFor(level):
        log(event, level=level, path=quoted(scope["path"]), address=address_of(scope), **values)


def address_of(scope: Scope) -> str:
    """Return the client's IP address; uvicorn takes it from X-Forwarded-For of a trusted proxy."""
    client = scope.get("client")
    # The proxy may have passed on whatever the client wrote there.
    return quoted(client[0]) if client else "unknown"


class SeldomWarning:
    """Lines that may come in floods: a warning for the first in each minute, INFO for the others.

    Args:
        clock: Tells the seconds; tests give one that they turn themselves.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = float("-inf")

    def next_level(self) -> int:
        """Return the level of the next line."""
        now = self._clock()
        if now - self._last < WARNING_SECONDS:
            return logging.INFO

        self._last = now
        return logging.WARNING


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
def redacted_tokens() -> Iterator[None]:
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
    logger, shorten = logging.getLogger(UVICORN_LOGGER), ShortenClientErrors()
    logger.addFilter(shorten)
    try:
        yield
    finally:
        logger.removeFilter(shorten)
