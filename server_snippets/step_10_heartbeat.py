"""Step 10, heartbeats: silent readers are dropped, and a reader that comes back gets what it missed.

New since step 9: the server pings its readers, and its messages have numbers.
Run it: uvicorn server_snippets.step_10_heartbeat:app
"""

# %% imports
import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.step_04_connection_manager import GONE, ConnectionManager
from server_snippets.step_07_json_messages import reply, texts


# %% state
INTERVAL, PATIENCE = 10.0, 25.0
manager = ConnectionManager()
last_seen: dict[WebSocket, float] = {}


# %% drop
def forget(websocket: WebSocket) -> None:
    """Forget a reader; one that is forgotten already stays so."""
    manager.disconnect(websocket)
    last_seen.pop(websocket, None)


async def drop(websocket: WebSocket) -> None:
    """Forget a reader and close with 4008; do not wait for one that stalls."""
    forget(websocket)
    with suppress(*GONE, TimeoutError):
        await asyncio.wait_for(websocket.close(4008, "Heartbeat timeout"), 1)


# %% heartbeat
async def heartbeat() -> None:
    """In each interval, drop the readers that were silent for too long, and ping the others."""
    while True:
        await asyncio.sleep(INTERVAL)
        limit = time.monotonic() - PATIENCE
        await asyncio.gather(*[drop(reader) for reader, moment in last_seen.items() if moment < limit])
        await manager.broadcast('{"type": "ping"}')


# %% background_task
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def background_task(work: Callable[[], Awaitable[None]]) -> Lifespan:
    """Return a lifespan that runs `work` from the server's start to its end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.ensure_future(work())
        yield
        task.cancel()

    return lifespan


# %% log
Event = dict[str, Any]


class MessageLog:
    """The last messages, numbered from 1 on.

    Args:
        kept: How many of them; an older one is forgotten.
    """

    def __init__(self, kept: int = 100) -> None:
        self.last_id = 0
        self._events: deque[Event] = deque(maxlen=kept)

    def add(self, text: str) -> Event:
        """Return `text` as the next message, and keep it."""
        self.last_id += 1
        event = {"type": "message", "id": self.last_id, "text": text}
        self._events.append(event)
        return event

    def next(self, number: int) -> Event | None:
        """Return the first message after message `number`, or None; a gap stands for forgotten ones."""
        oldest = self.last_id - len(self._events) + 1
        if number >= self.last_id:
            return None
        if number + 1 < oldest:
            return {"type": "gap", "id": oldest - 1, "forgotten": oldest - 1 - max(number, 0)}
        return self._events[number + 1 - oldest]


# %% catch_up
async def catch_up(websocket: WebSocket, after: int) -> None:
    """Send everything after message `after`; add the reader with no await since the last look."""
    event = log.next(after)
    while event:
        await reply(event, websocket)
        event = log.next(event["id"])
    manager.active_connections.add(websocket)


# %% app
log = MessageLog()
app = FastAPI(lifespan=background_task(heartbeat))


@app.websocket("/ws/feed")
async def feed(websocket: WebSocket, after: int | None = None) -> None:
    """Send a reader what it missed, then each message; every text from it is a sign of life."""
    await websocket.accept()
    last_seen[websocket] = time.monotonic()
    try:
        await catch_up(websocket, log.last_id if after is None else after)
        async for _ in texts(websocket):
            last_seen[websocket] = time.monotonic()
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
