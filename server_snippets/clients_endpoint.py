"""`/ws/{client_id}`: everyone hears who joins, what each says, and who leaves."""

from fastapi import APIRouter, WebSocket

from server_snippets.connection_manager import ConnectionManager
from server_snippets.incoming import Refused
from server_snippets.settings import Settings


TEXT_ONLY = Refused("text_expected", "This endpoint takes text, not binary messages.")


def clients_router(settings: Settings) -> APIRouter:
    """Return the routes of this endpoint; its path takes in every `/ws/…` that no earlier route has."""
    router = APIRouter()
    manager = ConnectionManager(settings.slow_clients)

    @router.websocket("/ws/{client_id}")
    async def join(websocket: WebSocket, client_id: int) -> None:
        await manager.connect(websocket)
        try:
            await manager.broadcast(f"Client {client_id} joined")
            await pass_on_each(websocket, client_id)
        finally:
            manager.disconnect(websocket)
            await manager.broadcast(f"Client {client_id} left")

    async def pass_on_each(websocket: WebSocket, client_id: int) -> None:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            if (text := message.get("text")) is not None:
                await manager.broadcast(f"Client {client_id}: {text}")
            else:
                await manager.send_personal_message(TEXT_ONLY.error, websocket)

    return router
