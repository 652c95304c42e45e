"""Lesson 14, your turn: a task that lives as long as the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket

from server_snippets.step_07_json_messages import texts


# %% your turn
def make_app() -> FastAPI:
    readers: set[WebSocket] = set()

    async def tick() -> None:
        number = 0
        while True:
            await asyncio.sleep(0.05)
            number += 1
            for reader in list(readers):
                await reader.send_text(f"tick {number}")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ### BEGIN SOLUTION
        ticking = asyncio.create_task(tick())
        yield
        ticking.cancel()
        ### END SOLUTION

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/ws")
    async def clock(websocket: WebSocket) -> None:
        await websocket.accept()
        readers.add(websocket)
        async for _ in texts(websocket):
            pass
        readers.discard(websocket)

    return app
