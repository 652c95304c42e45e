"""Step 10, heartbeats: who has gone silent is let go, and who comes back gets what it missed.

New since step 9: the server asks its readers for a sign of life, and its messages have numbers.
Run it: uvicorn server_snippets.step_10_heartbeat:app
"""

# %% imports
import json
import time

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.step_07_message_reader import reply, texts
from server_snippets.step_10_heart import beside, forget, heard, heart, manager
from server_snippets.step_10_message_log import MessageLog


# %% catch_up
async def catch_up(websocket: WebSocket, after: int) -> None:
    """Send all behind message `after`; let the reader in with no await since the last look."""
    while event := log.next(after):
        await reply(event, websocket)
        after = event["id"]
    manager.active_connections.add(websocket)


# %% app
log = MessageLog()
app = FastAPI(lifespan=beside(heart))


@app.websocket("/ws/feed")
async def feed(websocket: WebSocket, after: int | None = None) -> None:
    """Send a reader what it missed, then each message; every text from it is a sign of life."""
    await websocket.accept()
    heard[websocket] = time.monotonic()
    try:
        await catch_up(websocket, log.last_id if after is None else after)
        async for _ in texts(websocket):
            heard[websocket] = time.monotonic()
    finally:
        forget(websocket)


@app.websocket("/ws/newsroom")
async def newsroom(websocket: WebSocket) -> None:
    """Send each text to all readers, and tell its writer the number that it got."""
    await websocket.accept()
    async for text in texts(websocket):
        event = log.add(text)
        await manager.broadcast(json.dumps(event))
        await reply(event, websocket)
