"""Lesson 1, your turn: send the current tick at once."""

import asyncio
import time
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server_snippets.step_01_polling_and_push import START, TICK_SECONDS, describe, last_tick


# %% your turn
def make_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/clock")
    async def push(websocket: WebSocket) -> None:
        await websocket.accept()
        tick = last_tick()
        with suppress(WebSocketDisconnect):
            ### BEGIN SOLUTION
            await websocket.send_json(describe(tick))
            ### END SOLUTION
            while True:
                tick += 1
                await asyncio.sleep(START + tick * TICK_SECONDS - time.time())
                await websocket.send_json(describe(tick))

    return app
