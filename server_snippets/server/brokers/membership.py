"""Membership of a client: it joins, now or when the broker is back, and leaves at the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from ..connections.messages import ClientError
from .base import Broker
from .presence import Presence


Tell = Callable[[dict[str, Any]], None]
SendAway = Callable[[], Awaitable[None]]


@asynccontextmanager
async def membership(
    broker: Broker, presence: Presence, tell: Tell, send_away: SendAway
) -> AsyncIterator[bool]:
    """Join for the duration of the block; yield False if the name is taken.

    While the broker is away the client is told so, and goes on trying to join beside the block.

    Args:
        broker: Lets it in and out.
        presence: The newcomer.
        tell: Tells the client that the broker is away.
        send_away: Closes the connection, for another client holds the name.
    """

    async def join(*, wait: bool = False) -> bool:
        has_joined = await broker.join(presence, wait=wait)
        if not has_joined:
            await send_away()
        return has_joined

    waiting: asyncio.Task[bool] | None = None
    try:
        try:
            has_joined = await join()
        except ClientError as error:
            tell(error.error)
            has_joined = True
            waiting = asyncio.create_task(join(wait=True))
        yield has_joined
    finally:
        if waiting:
            waiting.cancel()
        await broker.leave(presence)
