"""The stay of a client as a guest: it enters, now or when the broker is back, and leaves at the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from ..connections.messages import Refused
from .base import Broker
from .presence import Guest


Tell = Callable[[dict[str, Any]], None]
SendAway = Callable[[], Awaitable[None]]


@asynccontextmanager
async def stay(broker: Broker, guest: Guest, tell: Tell, send_away: SendAway) -> AsyncIterator[bool]:
    """Join for the duration of the block; yield False if the name is taken.

    While the broker is away the guest is told so, and goes on trying to enter beside the block.

    Args:
        broker: Lets it in and out.
        guest: The newcomer.
        tell: Tells the client that the broker is away.
        send_away: Closes the connection, for another holds the guest's name.
    """

    async def enter(*, patient: bool = False) -> bool:
        is_welcome = await broker.enter(guest, patient=patient)
        if not is_welcome:
            await send_away()
        return is_welcome

    waiting: asyncio.Task[bool] | None = None
    try:
        try:
            is_welcome = await enter()
        except Refused as refused:
            tell(refused.error)
            is_welcome = True
            waiting = asyncio.create_task(enter(patient=True))
        yield is_welcome
    finally:
        if waiting:
            waiting.cancel()
        await broker.leave(guest)
