"""Lesson 11, your turn: keep the newest prices."""

import asyncio

from fastapi import FastAPI, WebSocket


# %% your turn
def make_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def prices(websocket: WebSocket) -> None:
        await websocket.accept()
        waiting: asyncio.Queue[str] = asyncio.Queue(3)
        async for text in websocket.iter_text():
            if text == "read":
                while not waiting.empty():
                    await websocket.send_text(waiting.get_nowait())
            else:
                ### BEGIN SOLUTION
                if waiting.full():
                    waiting.get_nowait()
                waiting.put_nowait(text)
                ### END SOLUTION

    return app
