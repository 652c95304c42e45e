"""Who may connect: a token in the query, a header, a cookie or a subprotocol, as lesson 6 teaches."""

import secrets
from collections.abc import Awaitable, Iterator

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..logs import log_connection


INVALID_TOKEN = 4001


def is_right(offered: str | None, token: str) -> bool:
    """Compare in constant time: how long it takes tells nothing of the token. An empty one opens nothing."""
    # As bytes: compare_digest takes no other letters than ASCII in texts.
    return bool(token) and secrets.compare_digest((offered or "").encode(), token.encode())


def offered_tokens(scope: Scope) -> Iterator[str]:
    """Yield what each carrier of a handshake brings."""
    connection = HTTPConnection(scope)
    yield connection.query_params.get("token", "")
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    # RFC 9110, 11.1: the scheme's name is the same in capitals.
    yield credentials.strip() if scheme.lower() == "bearer" else ""
    yield connection.cookies.get("token", "")
    yield from scope.get("subprotocols", [])[-1:]


def has_right_token(scope: Scope, token: str) -> bool:
    """Return whether one of the carriers brings the token."""
    return any(is_right(offered, token) for offered in offered_tokens(scope))


def answered_subprotocol(scope: Scope, token: str) -> str | None:
    """Return what to answer to a client whose last subprotocol is the token: another one that it offers.

    A browser closes a connection on which none of its subprotocols is answered, and the token is a secret.
    """
    offered = scope.get("subprotocols", [])
    if not is_right(next(reversed(offered), None), token):
        return None
    return next((subprotocol for subprotocol in offered if subprotocol != token), None)


class TokenCheck:
    """ASGI middleware: closes with 4001 each connection that does not bring the token.

    It accepts first: a browser cannot see why a handshake was refused, but it can read a close code.

    Args:
        app: What the token opens.
        token: The right one.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass on HTTP, and the connections with the token."""
        if scope["type"] != "websocket":
            return self._app(scope, receive, send)
        if not has_right_token(scope, self._token):
            return reject_token(scope, send)
        if subprotocol := answered_subprotocol(scope, self._token):
            send = answering(subprotocol, send)
        return self._app(scope, receive, send)


async def reject_token(scope: Scope, send: Send) -> None:
    """Accept, then close with 4001."""
    log_connection("auth_failed", scope)
    # Whatever was offered, none is answered: it may be a guess that is nearly right.
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": INVALID_TOKEN, "reason": "Invalid token"})


def answering(subprotocol: str, send: Send) -> Send:
    """Return a `send` that accepts with a subprotocol, unless the endpoint names one."""

    async def send_on(message: Message) -> None:
        if message["type"] == "websocket.accept" and not message.get("subprotocol"):
            message = {**message, "subprotocol": subprotocol}
        await send(message)

    return send_on
