"""`/ws/auth?token=…`: an echo for those who know the token."""

import secrets

from fastapi import APIRouter, WebSocket

from ..logs import log_connection
from .echo import echo_each


INVALID_TOKEN = 4001


def is_right(offered: str | None, token: str) -> bool:
    """Compare in constant time: how long it takes tells nothing about the token."""
    # As bytes: compare_digest takes no other letters than ASCII in texts.
    return secrets.compare_digest((offered or "").encode(), token.encode())


def auth_router(token: str) -> APIRouter:
    """Return the routes of this endpoint, for one right token."""
    router = APIRouter()

    @router.websocket("/ws/auth")
    async def authenticate(websocket: WebSocket) -> None:
        # Accept first: a browser cannot see why a handshake was refused, but it can read a close code.
        await websocket.accept()
        if not is_right(websocket.query_params.get("token"), token):
            log_connection("auth_failed", websocket.scope)
            await websocket.close(INVALID_TOKEN, "Invalid token")
            return

        await websocket.send_json({"type": "welcome"})
        await echo_each(websocket)

    return router
