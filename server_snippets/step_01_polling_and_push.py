"""Step 1, polling and push: one clock, told in two ways.

New: an HTTP endpoint answers when it is asked, a WebSocket endpoint speaks when there is news.
Run it: uvicorn server_snippets.step_01_polling_and_push:app
"""

# %% clock
import asyncio
import time
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect


TICK_SECONDS = 0.5
START = int(time.time())


def last_tick() -> int:
    """Return the number of the last tick; tick 0 was at START."""
    return int((time.time() - START) / TICK_SECONDS)


def describe(tick: int) -> dict[str, int | float]:
    """Return what a tick tells: its number, and its moment in seconds since 1970."""
    return {"tick": tick, "at": START + tick * TICK_SECONDS}


# %% app
app = FastAPI()


@app.get("/clock")
async def tell() -> dict[str, int | float]:
    """Answer with the last tick: nobody hears of the next one without asking again."""
    return describe(last_tick())


@app.websocket("/clock")
async def push(websocket: WebSocket) -> None:
    """Send each tick at its moment, until the client has left."""
    await websocket.accept()
    tick = last_tick()
    with suppress(WebSocketDisconnect):
        while True:
            tick += 1
            await asyncio.sleep(START + tick * TICK_SECONDS - time.time())
            await websocket.send_json(describe(tick))
