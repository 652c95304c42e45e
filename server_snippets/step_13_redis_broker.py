"""Step 13, the broker over a Redis stream: what it has accepted reaches every process, outages or not.

New since pub/sub: Redis keeps the last texts, and each process reads on behind the last one that it knows.
Used by: server_snippets.step_13_scaling_out, with the address of a Redis in REDIS_URL
"""

# %% imports
import asyncio
from contextlib import suppress
from typing import cast

# %% course_imports
from server_snippets.step_13_memory_broker import Deliver, Subscription
from server_snippets.step_13_redis_connection import RedisConnection


# %% entries
# A stream's name, then its entries: each has a number, and fields.
Stream = tuple[str, list[tuple[str, dict[str, str]]]]


class StreamConnection(RedisConnection):
    """A client of Redis that reads streams."""

    async def entries(self, channel: str, last: str, wait: int | None = None) -> list[tuple[str, str]]:
        """Return what stands behind entry `last`, as numbers and texts; wait some milliseconds for it."""
        streams = cast(list[Stream], await self.redis.xread({channel: last}, block=wait))
        return [(number, fields.get("text", "")) for _, entries in streams for number, fields in entries]


# %% reader
class StreamReader(StreamConnection):
    """Reads what a stream has kept, then each new text, and goes on after an outage where it stood."""

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text that was kept, then with each new one."""
        subscription = Subscription(channel, deliver, last="0")
        await asyncio.wait_for(self.read(subscription), PATIENCE)
        return self.start(subscription, lambda: self.read(subscription, wait=2_000))

    async def read(self, subscription: Subscription, wait: int | None = None) -> None:
        """Deliver what stands behind the last text that was heard."""
        for number, text in await self.entries(subscription.channel, subscription.last, wait):
            subscription.last = number
            await subscription.deliver(subscription.channel, text)


# %% broker
KEPT, PATIENCE = 1_000, 10.0


class RedisBroker(StreamReader):
    """Carries texts between processes, and keeps about a thousand of them."""

    async def publish(self, channel: str, text: str) -> bool:
        """Add a text to the stream; return whether Redis has accepted it within ten seconds."""
        add = self.redis.xadd(channel, {"text": text}, maxlen=KEPT, approximate=True)
        with suppress(TimeoutError):
            return bool(await asyncio.wait_for(add, PATIENCE))
        return False
