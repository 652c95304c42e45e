"""Step 13, the chat over Redis pub/sub: several processes, and one conversation that Redis forgets at once.

New since step 11: what is said on one process is received on all of them.
Run it: uvicorn server_snippets.step_13_pubsub_chat:app, with the address of a Redis in REDIS_URL
"""

# %% imports
import json
import os

# %% course_imports
from server_snippets.server.brokers.base import Entry
from server_snippets.server.connections.manager import Message, as_text
from server_snippets.step_13_redis_broker import RedisBrokerBase
from server_snippets.step_13_scaling_out import make_app


# %% broker
CHANNEL = "events"


class PubSubBroker(RedisBrokerBase):
    """Brings each message to the processes that are subscribed at this moment."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.pubsub = self.redis.pubsub(ignore_subscribe_messages=True)

    async def publish(self, place: str, room: str, message: Message) -> None:
        """Publish a message, whether or not any process receives it."""
        await self.redis.publish(CHANNEL, json.dumps([place, room, as_text(message)]))

    async def open(self) -> None:
        """Subscribe to the channel."""
        await self.pubsub.subscribe(CHANNEL)

    async def read(self) -> None:
        """Pass on each message that is published from now on."""
        async for received in self.pubsub.listen():
            place, room, text = json.loads(received["data"])
            await self.subscribers[place](Entry("published", place, room, message=text))


# %% app
app = make_app(PubSubBroker(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")))
