"""Step 13, the broker over Redis pub/sub: all processes hear what is published, and Redis forgets it at once.

New since the broker in memory: it carries texts between processes, and presence expires.
Used by: server_snippets.step_13_pubsub_chat; server_snippets.step_13_redis_broker builds on it
"""

# %% imports
import asyncio
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

# %% course_imports
from server_snippets.step_13_memory_broker import Deliver, Subscription
from server_snippets.step_13_presence import present
from server_snippets.step_13_supervisor import supervise


# %% open_redis
def open_redis(url: str) -> Redis:
    """Return a client that reconnects, with backoff and jitter, however long Redis is away."""
    endless = Retry(ExponentialWithJitterBackoff(base=0.1, cap=2.0), retries=-1)
    return Redis.from_url(url, decode_responses=True, retry=endless)


# %% broker
class PubSubBroker:
    """Carries texts to all processes that listen at this moment."""

    def __init__(self, url: str) -> None:
        self.redis = open_redis(url)
        self.readers: dict[Subscription, asyncio.Task[None]] = {}

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text that is published from now on."""
        pubsub = self.redis.pubsub(ignore_subscribe_messages=True)
        await pubsub.subscribe(channel)
        return self.start(Subscription(channel, deliver), lambda: hear(pubsub, deliver))

    async def publish(self, channel: str, text: str) -> bool:
        """Tell all processes a text, and return True, whether anybody hears it or not."""
        await self.redis.publish(channel, text)
        return True

    # %% rest
    def start(self, subscription: Subscription, work: Callable[[], Awaitable[None]]) -> Subscription:
        """Let `work` go on in the background until the subscription ends."""
        self.readers[subscription] = asyncio.create_task(supervise(work))
        return subscription

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        self.readers.pop(subscription).cancel()

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self.redis.aclose()

    async def present(self, process: str, names: list[str]) -> list[str]:
        """Take note of who is connected to a process; return who is connected to any."""
        return await present(self.redis, process, names)


# %% hear
async def hear(pubsub: PubSub, deliver: Deliver) -> None:
    """Deliver what is published, one text after the other."""
    async for message in pubsub.listen():
        await deliver(message["channel"], message["data"])
