"""One line for each event: `event=close path=/ws/auth address=127.0.0.1 code=4001 open=3`.

What clients send, what they are sent, and their tokens are in none of them.
"""

import logging
from urllib.parse import quote

from starlette.types import Scope


LOGGER = "server_snippets"
MAX_PATH = 200


def log(event: str, **values: object) -> None:
    """Write one line, with the level INFO."""
    logging.getLogger(LOGGER).info(" ".join([f"event={event}", *(f"{key}={values[key]}" for key in values)]))


def log_connection(event: str, scope: Scope, **values: object) -> None:
    """Write one line on a connection: where it leads and where it comes from, without its query."""
    if logging.getLogger(LOGGER).isEnabledFor(logging.INFO):
        # Quoted: a line break in the path must not begin a line of its own.
        log(event, path=quote(scope["path"])[:MAX_PATH], address=address_of(scope), **values)


def address_of(scope: Scope) -> str:
    """Return the client's IP address; uvicorn takes it from X-Forwarded-For of a trusted proxy."""
    client = scope.get("client")
    return client[0] if client else "unknown"
