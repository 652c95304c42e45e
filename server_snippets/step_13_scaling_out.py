"""Step 13, scaling out: one chat on as many processes as you like, with Redis between them.

New since step 11: what a client says goes to the broker, which delivers it to every process. With REDIS_URL
the broker is Redis, without it an object in memory.
Run it: uvicorn server_snippets.step_13_scaling_out:app --workers 2
"""

# %% imports
import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.server.transport.encoded_message import EncodedMessage
from server_snippets.step_07_json_messages import reply, texts
from server_snippets.step_10_heartbeat import Lifespan
from server_snippets.step_11_fan_out import ConnectionManager
from server_snippets.step_13_redis_broker import Broker, Deliver, RedisBroker, Subscription, supervise


# %% memory_broker
class MemoryBroker:
    """Carries texts to the subscribers in this process."""

    def __init__(self) -> None:
        self.subscriptions: list[Subscription] = []

    async def subscribe(self, channel: str, deliver: Deliver) -> Subscription:
        """Have `deliver(channel, text)` called with each text that is published from now on."""
        self.subscriptions.append(Subscription(channel, deliver))
        return self.subscriptions[-1]

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        self.subscriptions.remove(subscription)

    async def publish(self, channel: str, text: str) -> bool:
        """Send a text to all subscribers, and return True: it is accepted."""
        for subscription in list(self.subscriptions):
            if subscription.channel == channel:
                await subscription.deliver(channel, text)
        return True

    async def present(self, process: str, names: list[str]) -> list[str]:
        """Return the names: there is no other process."""
        return sorted(names)

    async def close(self) -> None:
        """Do nothing: nothing was opened."""


# %% log
class MessageLog:
    """The last messages, oldest first.

    Args:
        kept: How many of them; an older one is forgotten.
    """

    def __init__(self, kept: int = 50) -> None:
        self._kept = kept
        self._texts: dict[str, str] = {}

    def add(self, number: str, text: str) -> bool:
        """Keep a message and return True; return False if it is here already."""
        if number in self._texts:
            return False

        self._texts[number] = text
        if len(self._texts) > self._kept:
            del self._texts[next(iter(self._texts))]
        return True

    def after(self, number: str) -> list[str]:
        """Return what came after a message; everything, if that message is not known."""
        numbers = list(self._texts)
        start = numbers.index(number) + 1 if number in self._texts else 0
        return [self._texts[number] for number in numbers[start:]]


# %% chat
CHANNEL = "chat"


class Chat:
    """The chat as one process knows it: the broker, and the clients that are connected here."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.process = token_hex(4)
        self.manager = ConnectionManager()
        self.log = MessageLog()
        self.names: dict[WebSocket, str] = {}
        self.users: list[str] = []

    async def join(self, websocket: WebSocket, name: str, after: str) -> None:
        """Accept a client, and send it what was said after message `after`."""
        await self.manager.connect(websocket)
        # No await from here on: nothing is said between the history and the next message.
        self.names[websocket] = name
        history = {"type": "history", "messages": [json.loads(text) for text in self.log.after(after)]}
        self.manager.active_connections[websocket].put(EncodedMessage(json.dumps(history)))
        # So that the next list goes to the newcomer, too.
        self.users = []

    def leave(self, websocket: WebSocket) -> None:
        """Forget a client."""
        self.manager.disconnect(websocket)
        self.names.pop(websocket, None)

    async def refresh_users(self) -> None:
        """Tell the broker who is here; send the clients the list of all users if it has changed."""
        users = await self.broker.present(self.process, sorted(self.names.values()))
        if users != self.users:
            self.users = users
            self.manager.broadcast(json.dumps({"type": "users", "users": users}))

    async def publish(self, name: str, text: str) -> bool:
        """Publish what a client says; return whether the broker has accepted it."""
        event = {"type": "message", "id": token_hex(4), "from": name, "text": text}
        return await self.broker.publish(CHANNEL, json.dumps(event))

    async def deliver(self, channel: str, text: str) -> None:
        """Send a published text to all clients of this process, unless they have it already."""
        if self.log.add(json.loads(text)["id"], text):
            self.manager.broadcast(text)


# %% not_accepted
NOT_ACCEPTED = {"type": "error", "code": "not_accepted", "detail": "The broker is away. Say it again."}


# %% listening
PAUSE = 0.5


def listening(chat: Chat) -> Lifespan:
    """Return a lifespan in which the chat subscribes to its channel and keeps the list of users true."""

    async def keep_refreshing() -> None:
        await chat.refresh_users()
        await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        subscription = await chat.broker.subscribe(CHANNEL, chat.deliver)
        refreshing = asyncio.create_task(supervise(keep_refreshing))
        yield
        refreshing.cancel()
        await chat.broker.unsubscribe(subscription)
        await chat.broker.close()

    return lifespan


# %% app
def make_app(broker: Broker, kind: type[Chat] = Chat) -> FastAPI:
    """Return the app of one process; all that share the broker are one chat."""
    chat = kind(broker)
    app = FastAPI(lifespan=listening(chat))

    @app.websocket("/ws/{name}")
    async def talk(websocket: WebSocket, name: str, after: str = "") -> None:
        await chat.join(websocket, name, after)
        try:
            async for text in texts(websocket):
                if not await chat.publish(name, text):
                    await reply(NOT_ACCEPTED, websocket)
        finally:
            chat.leave(websocket)

    return app


# %% choice
def choose_broker(url: str | None) -> Broker:
    """Return a broker over the Redis at `url`; without a `url`, one in memory."""
    return RedisBroker(url) if url else MemoryBroker()


app = make_app(choose_broker(os.environ.get("REDIS_URL")))
