"""One line for each event: `event=close path=/ws/auth address=127.0.0.1 code=4001 open=3`.

What clients send, what they are sent, and their tokens are in none of them.
"""

import logging
import time
from collections.abc import Callable
from urllib.parse import quote

from starlette.types import Scope


LOGGER = "server_snippets"
# The longest value in a line.
MAX_LENGTH = 200
WARNING_SECONDS = 60.0


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
