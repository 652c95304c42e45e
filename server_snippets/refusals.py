"""How a server says no to a client that may try again later, so that each kind of client understands it."""

from starlette.types import Scope, Send

from server_snippets.connection_log import log_connection


RETRY_AFTER_SECONDS = 3
TRY_AGAIN_LATER = 1013


async def refuse_for_now(reason: str, scope: Scope, send: Send) -> None:
    """Answer the handshake with HTTP 503: it costs little, and proxies and clients know that it will pass."""
    log_connection("refused", scope, status=503, reason=repr(reason))
    if "websocket.http.response" not in scope.get("extensions", {}):
        return await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": reason})

    headers = [(b"content-type", b"text/plain"), (b"retry-after", str(RETRY_AFTER_SECONDS).encode())]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": reason.encode()})


async def close_at_once(reason: str, scope: Scope, send: Send) -> None:
    """Accept, then close with 1013: the person in front of a browser can do something about the reason."""
    log_connection("refused", scope, code=TRY_AGAIN_LATER, reason=repr(reason))
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": reason})
