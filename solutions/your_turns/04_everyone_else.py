"""Lesson 4, your turn: everyone but the speaker."""

import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket

from server_snippets.step_04_connection_manager import GONE, ConnectionManager


# %% your turn
class DiscreetManager(ConnectionManager):
    async def broadcast_to_others(self, message: str, speaker: WebSocket) -> None:
        ### BEGIN SOLUTION
        others = self.active_connections - {speaker}
        await asyncio.gather(*[self.send_personal_message(message, other) for other in others])
        ### END SOLUTION


def make_app() -> FastAPI:
    app, manager = FastAPI(), DiscreetManager()

    @app.websocket("/ws")
    async def chat(websocket: WebSocket) -> None:
        await manager.connect(websocket)
        try:
            with suppress(*GONE):
                async for text in websocket.iter_text():
                    await manager.broadcast_to_others(text, websocket)
        finally:
            manager.disconnect(websocket)

    return app
