"""Step 13, the connection to Redis: what both Redis brokers share.

New since step 10: the library reconnects with backoff and jitter, a supervisor keeps the readers alive,
and a process that dies takes its users with it, although it can tell nobody.
Used by: server_snippets.step_13_pubsub_chat and server_snippets.step_13_redis_broker
"""

# %% imports
import asyncio
import json
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

# %% course_imports
from server_snippets.step_13_memory_broker import Subscription
from server_snippets.step_13_supervisor import supervise


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
    """Take note, for two seconds, of who is connected to a process; return who is connected to any."""
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
        """Take note of who is connected to a process; return who is connected to any."""
        return await present(self.redis, process, names)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self.redis.aclose()
