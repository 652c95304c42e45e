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
from server_snippets.step_13_pubsub_broker import PubSubBroker


# %% broker
# Its name, then its entries: each has a number, and fields.
Stream = tuple[str, list[tuple[str, dict[str, str]]]]
KEPT = 1_000
PATIENCE = 10.0


class RedisBroker(PubSubBroker):
    """Carries texts to all processes: first those that the stream has kept, then each new one."""

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text that was kept, then with each new one."""
        subscription = Subscription(channel, deliver)
        async with asyncio.timeout(PATIENCE):
            await self.read(subscription)
        return self.start(subscription, lambda: self.read(subscription, wait=2_000))

    async def publish(self, channel: str, text: str) -> bool:
        """Add a text to the stream; return whether Redis has accepted it within ten seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self.redis.xadd(channel, {"text": text}, maxlen=KEPT, approximate=True)
                return True
        return False

    # %% read
    async def read(self, subscription: Subscription, wait: int | None = None) -> None:
        """Deliver what stands behind the last that was heard; if it is nothing, wait so many milliseconds."""
        answer = await self.redis.xread({subscription.channel: subscription.last}, block=wait)
        for _, entries in cast(list[Stream], answer):
            for number, fields in entries:
                # First, so that a text which cannot be delivered is not read again and again.
                subscription.last = number
                await subscription.deliver(subscription.channel, fields["text"])
