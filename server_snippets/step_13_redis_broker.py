"""Step 13, the broker over a Redis stream: every text that it accepts reaches every process, outages or not.

New since step 11: Redis keeps the last texts, and each process reads on after the last one that it knows.
The library reconnects with backoff and jitter, a supervisor restarts a reader that fails, and the users of a
process that dies disappear, although it can tell nobody.
Used by: server_snippets.step_13_scaling_out, with the address of a Redis in REDIS_URL
"""

# %% imports
import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff


log = logging.getLogger(__name__)


# %% protocol
Deliver = Callable[[str, str], Awaitable[None]]


@dataclass(eq=False)
class Subscription:
    """One process's subscription to one channel, and the last entry that it has read."""

    channel: str
    deliver: Deliver
    last: str = "0"


class Broker(Protocol):
    """Carries texts on channels between processes, and knows which names are connected to which."""

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text."""

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""

    async def publish(self, channel: str, text: str) -> bool:
        """Send a text to all subscribers; return whether the broker has accepted it."""

    async def present(self, process: str, names: list[str]) -> list[str]:
        """Record the names connected to a process; return those connected to any."""

    async def close(self) -> None:
        """Close what the broker has opened."""


# %% supervise
async def supervise(work: Callable[[], Awaitable[None]]) -> None:
    """Run some work again and again; log each failure and go on after a second."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("Work in the background failed; going on.")
            await asyncio.sleep(1)


# %% open_redis
def open_redis(url: str) -> Redis:
    """Return a client that reconnects, with backoff and jitter, however long Redis is away."""
    endless = Retry(ExponentialWithJitterBackoff(base=0.1, cap=2.0), retries=-1)
    # What uvloop raises when a connection ends while something is written to it.
    endless.update_supported_errors([RuntimeError])  # type: ignore[list-item]
    return Redis.from_url(url, decode_responses=True, retry=endless)


# %% present
MILLISECONDS_TO_LIVE = 2_000


async def present(redis: Redis, process: str, names: list[str]) -> list[str]:
    """Record for two seconds the names connected to a process; return those connected to any."""
    await redis.set(f"here:{process}", json.dumps(names), px=MILLISECONDS_TO_LIVE)
    keys = [key async for key in redis.scan_iter("here:*")]
    lists = [json.loads(text) for text in await redis.mget(keys) if text]
    return sorted({name for names in lists for name in names})


# %% connection
class RedisConnection:
    """A client of Redis, and the tasks that read from it, one for each subscription."""

    def __init__(self, url: str) -> None:
        self.redis = open_redis(url)
        self.readers: dict[Subscription, asyncio.Task[None]] = {}

    def start(self, subscription: Subscription, work: Callable[[], Awaitable[None]]) -> Subscription:
        """Let `work` go on in the background until the subscription ends."""
        self.readers[subscription] = asyncio.create_task(supervise(work))
        return subscription

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        self.readers.pop(subscription).cancel()

    async def present(self, process: str, names: list[str]) -> list[str]:
        """Record the names connected to a process; return those connected to any."""
        return await present(self.redis, process, names)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self.redis.aclose()


# %% broker
KEPT, PATIENCE = 1_000, 10.0
# A stream's name, then its entries: each has a number, and fields.
Stream = tuple[str, list[tuple[str, dict[str, str]]]]


class RedisBroker(RedisConnection):
    """Carries texts between processes, and keeps about a thousand of them."""

    async def publish(self, channel: str, text: str) -> bool:
        """Add a text to the stream; return whether Redis has accepted it within ten seconds."""
        add = self.redis.xadd(channel, {"text": text}, maxlen=KEPT, approximate=True)
        with suppress(TimeoutError):
            return bool(await asyncio.wait_for(add, PATIENCE))
        return False

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text that was kept, then with each new one."""
        subscription = Subscription(channel, deliver, last="0")
        await asyncio.wait_for(self.read(subscription), PATIENCE)
        return self.start(subscription, lambda: self.read(subscription, wait=2_000))

    async def read(self, subscription: Subscription, wait: int | None = None) -> None:
        """Deliver what comes after the last text that was read; wait some milliseconds for it."""
        streams = await self.redis.xread({subscription.channel: subscription.last}, block=wait)
        for _, entries in cast(list[Stream], streams):
            for number, fields in entries:
                subscription.last = number
                await subscription.deliver(subscription.channel, fields.get("text", ""))
