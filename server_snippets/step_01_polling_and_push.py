"""Step 1, polling and push: one clock, told in two ways.

New: an HTTP endpoint answers when it is asked, a WebSocket endpoint speaks when there is news.
Run it: uvicorn server_snippets.step_01_polling_and_push:app
"""

# %% imports
import asyncio
import time
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect


# %% clock
# The clock ticks twice a second.
TICK_SECONDS = 0.5


def read_clock(tick: int) -> dict[str, float]:
    """Return the number of a tick and the moment of it, in seconds since 1970."""
    return {"tick": tick, "at": tick * TICK_SECONDS}


# %% app
app = FastAPI()


@app.get("/clock")
async def tell() -> dict[str, float]:
    """Answer with the last tick: nobody hears of the next one without asking again."""
    return read_clock(int(time.time() / TICK_SECONDS))


@app.websocket("/clock")
async def push(websocket: WebSocket) -> None:
    """Send each tick at its moment, until the client has left."""
    await websocket.accept()
    tick = int(time.time() / TICK_SECONDS)
    with suppress(WebSocketDisconnect):
        while True:
            tick += 1
            await asyncio.sleep(tick * TICK_SECONDS - time.time())
            await websocket.send_json(read_clock(tick))
