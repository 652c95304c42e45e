"""Lesson 13, your turn: deliver what the broker brings."""

from collections import defaultdict

from fastapi import FastAPI, WebSocket

from server_snippets.server.brokers.base import Entry
from server_snippets.step_11_fan_out import ConnectionManager
from server_snippets.step_13_redis_broker import Broker


# %% your turn
def make_rooms_app(broker: Broker) -> FastAPI:
    app = FastAPI()
    rooms: dict[str, ConnectionManager] = defaultdict(ConnectionManager)

    async def on_event(entry: Entry) -> None:
        ### BEGIN SOLUTION
        rooms[entry.room].broadcast(entry.message)
        ### END SOLUTION

    broker.subscribe("rooms", on_event)

    @app.websocket("/ws/{room}")
    async def talk(websocket: WebSocket, room: str) -> None:
        await rooms[room].connect(websocket)
        try:
            async for text in websocket.iter_text():
                await broker.publish("rooms", room, text)
        finally:
            rooms[room].disconnect(websocket)

    return app
