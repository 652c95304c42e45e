"""Starlette with the package broadcaster, as its documentation shows it: a subscription for each client.

REDIS_URL, if there is one, says through which Redis several processes are one.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster import Broadcast
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket


broadcast = Broadcast(os.environ.get("REDIS_URL") or "memory://")


async def room(websocket: WebSocket) -> None:
    """Publish what the client says, and pass on what anyone publishes."""
    await websocket.accept()
    async with asyncio.TaskGroup() as group:
        sender = group.create_task(pass_on(websocket))
        async for text in websocket.iter_text():
            await broadcast.publish(channel="room", message=text)
        sender.cancel()


async def pass_on(websocket: WebSocket) -> None:
    """Send everything that is published."""
    async with broadcast.subscribe(channel="room") as subscriber:
        async for event in subscriber:
            await websocket.send_text(event.message)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Connect the broadcast."""
    # With redis-py 8.1 the listener of broadcaster 0.3 sleeps through the first subscription of all.
    async with broadcast, broadcast.subscribe(channel="first"):
        yield


app = Starlette(routes=[WebSocketRoute("/ws", room)], lifespan=lifespan)
