"""Step 10, the heart: readers are asked for a sign of life, and who gives none is let go.

New since step 9: the server notices that a reader is gone, even if nobody tells it.
Used by: server_snippets.step_10_heartbeat
"""

# %% imports
import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from fastapi import FastAPI, WebSocket

from server_snippets.step_04_connection_manager import GONE, ConnectionManager


# %% state
INTERVAL, PATIENCE = 10.0, 25.0
manager = ConnectionManager()
heard: dict[WebSocket, float] = {}


# %% let_go
def forget(websocket: WebSocket) -> None:
    """Forget a reader; one that is forgotten already stays so."""
    manager.disconnect(websocket)
    heard.pop(websocket, None)


async def let_go(websocket: WebSocket) -> None:
    """Forget a reader and close with 4008; one that takes nothing any more is not waited for."""
    forget(websocket)
    with suppress(*GONE, TimeoutError):
        await asyncio.wait_for(websocket.close(4008, "Heartbeat timeout"), 1)


# %% heart
async def heart() -> None:
    """In each interval, let go of everyone who was silent for too long, and ping the others."""
    while True:
        await asyncio.sleep(INTERVAL)
        limit = time.monotonic() - PATIENCE
        await asyncio.gather(*[let_go(reader) for reader, moment in heard.items() if moment < limit])
        await manager.broadcast('{"type": "ping"}')


# %% beside
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def beside(work: Callable[[], Awaitable[None]]) -> Lifespan:
    """Return a lifespan that lets `work` run from the server's start to its end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.ensure_future(work())
        yield
        task.cancel()

    return lifespan
