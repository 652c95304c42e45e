"""`/ws`: what a client says comes back."""

from fastapi import APIRouter, WebSocket


async def echo_each(websocket: WebSocket) -> None:
    """Send each text back with the prefix `Echo: `, and bytes unchanged, until the client leaves."""
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if (text := message.get("text")) is not None:
            await websocket.send_text(f"Echo: {text}")
        else:
            await websocket.send_bytes(message["bytes"])


def echo_router() -> APIRouter:
    """Return the routes of this endpoint."""
    router = APIRouter()

    @router.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await echo_each(websocket)

    return router
