"""`/ws/auth?token=…`: an echo for those who know the token, whichever way they bring it."""

from fastapi import APIRouter, WebSocket

from ..connections.token import answered_subprotocol, has_right_token, reject_token
from .echo import echo_each


def auth_router(token: str) -> APIRouter:
    """Return the routes of this endpoint, for one right token."""
    router = APIRouter()

    @router.websocket("/ws/auth")
    async def authenticate(websocket: WebSocket) -> None:
        if not has_right_token(websocket.scope, token):
            return await reject_token(websocket.scope, websocket.send)

        await websocket.accept(answered_subprotocol(websocket.scope, token))
        await websocket.send_json({"type": "welcome"})
        await echo_each(websocket)

    return router
