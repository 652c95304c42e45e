"""Redis as tutorials show it: a subscription, and so a connection to Redis, for each client."""

import asyncio
import os

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket


CHANNEL = "subscription-each"
# redis-py's own limit is 100 connections: the next client of a process would be turned away.
redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True, max_connections=10_000)


async def room(websocket: WebSocket) -> None:
    """Publish what the client says, and pass on what anyone publishes."""
    await websocket.accept()
    async with asyncio.TaskGroup() as group:
        sender = group.create_task(pass_on(websocket))
        async for text in websocket.iter_text():
            await redis.publish(CHANNEL, text)
        sender.cancel()


async def pass_on(websocket: WebSocket) -> None:
    """Send everything that is published."""
    async with redis.pubsub(ignore_subscribe_messages=True) as subscription:
        await subscription.subscribe(CHANNEL)
        async for event in subscription.listen():
            await websocket.send_text(event["data"])


app = Starlette(routes=[WebSocketRoute("/ws", room)])
