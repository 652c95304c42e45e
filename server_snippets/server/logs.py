"""What the server logs: one line for each event, with no token and no message in it.

A line looks like `event=close path=/ws/auth address=127.0.0.1 code=4001 open=3`, or is one JSON object with
the same fields. Each line that is about a connection has its id in `connection`, whoever wrote it.

uvicorn's own lines are changed in two places: it writes the whole address of each handshake, query
included, and with --log-level debug or trace also headers, messages and the whole ASGI scope; and it
writes a traceback for each text that is not UTF-8 (since https://github.com/Kludex/uvicorn/pull/2540; no
upstream thread about it is known).
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from pythonjsonlogger.json import JsonFormatter
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
TEXT_FORMAT = "%(asctime)s %(process)d %(levelname)s %(message)s"
# What our lines say in words, which stands in quotes.
WORDS = {"error", "hint", "reason"}
# The connection whose task this is; tasks that it starts inherit it.
CONNECTION: ContextVar[str] = ContextVar("connection", default="")
NOT_UTF_8 = "Invalid UTF-8 sequence received from client."


def quoted(value: str) -> str:
    """Return what a client said, so that it can neither forge a line or a field nor fill the log."""
    return shortened(quote(value, safe="/:[]"))


def shortened(value: str) -> str:
    """Return the beginning of a text that is too long for the log."""
    return value if len(value) <= MAX_LENGTH else f"{value[:MAX_LENGTH]}…"


def name_connection(scope: Scope) -> None:
    """Give a connection an id, unless it has one; from here on, each line that its task logs has it."""
    if "connection_id" not in scope:
        scope["connection_id"] = secrets.token_hex(6)
        CONNECTION.set(scope["connection_id"])


def log(event: str, *, level: int = logging.INFO, connection: str = "", **values: object) -> None:
    """Write one line: of the server as a whole, or of the connection with this id."""
    fields = {"event": event} | {key: field(value) for key, value in values.items()}
    text = " ".join(f"{key}={in_words(value) if key in WORDS else value}" for key, value in fields.items())
    logging.getLogger(LOGGER).log(level, text, extra={**fields, "connection": connection})


def field(value: object) -> object:
    """Return a number as it is, and a text that is too long for the log without its end."""
    return value if isinstance(value, int | float) else shortened(str(value))


def in_words(value: object) -> str:
    """Return a text in quotes."""
    return shortened(repr(value))


def log_connection(event: str, scope: Scope, *, level: int = logging.INFO, **values: object) -> None:
    """Write one line on a connection: where it leads and where it comes from, without its query."""
    if logging.getLogger(LOGGER).isEnabledFor(level):
        about = {"path": quoted(scope["path"]), "address": address_of(scope)}
        log(event, level=level, connection=scope.get("connection_id", ""), **about, **values)


class AddConnection(logging.Filter):
    """Lets every log record pass, with the id of the connection that it is about, or an empty one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the id of the current task, unless the record brings one."""
        if not hasattr(record, "connection"):
            record.connection = CONNECTION.get()
        return True


class TextLines(logging.Formatter):
    """Formats a record as a line of text, which ends with the id of its connection if it has one."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Add the id before a traceback follows."""
        connection: str = getattr(record, "connection", "")
        return super().formatMessage(record) + (f" connection={connection}" if connection else "")


class JsonLines(JsonFormatter):
    """Formats a record as one line of JSON: one of ours with its fields, any other with its message."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Leave out what says nothing, or says it twice."""
        without = {"message"} if "event" in log_data else set()
        return {key: value for key, value in log_data.items() if key not in without and value != ""}


def log_to_stderr(level: str, style: str) -> None:
    """Let the server's own lines out, from this level on; several workers write into one log.

    Args:
        level: Such as `info`.
        style: `text` or `json`.
    """
    handler = logging.StreamHandler()
    handler.addFilter(AddConnection())
    handler.setFormatter(json_lines() if style == "json" else TextLines(TEXT_FORMAT))
    logging.basicConfig(handlers=[handler])
    logging.getLogger(LOGGER).setLevel(level.upper())


def json_lines() -> logging.Formatter:
    """Return a formatter for programs that collect logs."""
    names = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
    fields = ["levelname", "name", "process", "message", "connection"]
    return JsonLines(fields, timestamp="time", rename_fields=names, json_ensure_ascii=False)


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
