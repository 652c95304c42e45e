"""Step 13, the chat over Redis pub/sub: several processes, and one conversation that Redis forgets at once.

New since step 11: what is said on one process is heard on all of them.
Run it: uvicorn server_snippets.step_13_pubsub_chat:app, with the address of a Redis in REDIS_URL
"""

# %% imports
import os

from redis.asyncio.client import PubSub

# %% course_imports
from server_snippets.step_13_redis_broker import Deliver, RedisConnection, Subscription
from server_snippets.step_13_scaling_out import make_app


# %% hear
async def hear(pubsub: PubSub, deliver: Deliver) -> None:
    """Deliver what is published, one text after the other."""
    async for message in pubsub.listen():
        await deliver(message["channel"], message["data"])


# %% broker
class PubSubBroker(RedisConnection):
    """Carries texts to all processes that listen at this moment."""

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text that is published from now on."""
        pubsub = self.redis.pubsub(ignore_subscribe_messages=True)
        await pubsub.subscribe(channel)
        return self.start(Subscription(channel, deliver), lambda: hear(pubsub, deliver))

    async def publish(self, channel: str, text: str) -> bool:
        """Tell all processes a text, and return True, whether anybody hears it or not."""
        await self.redis.publish(channel, text)
        return True


# %% app
app = make_app(PubSubBroker(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")))
