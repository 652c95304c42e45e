"""Step 13, scaling out: one chat on as many processes as you like, with Redis between them.

New since step 11: what a client sends goes to the broker, which brings it to every process. With REDIS_URL
the broker is Redis, without it an object in memory.
Run it: uvicorn server_snippets.step_13_scaling_out:app --workers 2
"""

# %% imports
import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from secrets import token_hex

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.server.brokers.base import Entry, OnEvent, Unavailable, add_subscriber
from server_snippets.server.brokers.presence import Presence, PresenceRegistry
from server_snippets.server.connections.manager import Message, as_text
from server_snippets.server.transport.encoded_message import EncodedMessage
from server_snippets.step_07_json_messages import reply, texts
from server_snippets.step_10_heartbeat import Lifespan
from server_snippets.step_11_fan_out import ConnectionManager
from server_snippets.step_13_redis_broker import Broker, RedisBroker, supervise


# %% memory_broker
class MemoryBroker:
    """The broker of a single process; the whole server's adds a history, and holds each name once."""

    def __init__(self) -> None:
        self.process = ""
        self.presences = PresenceRegistry()
        self.subscribers: dict[str, OnEvent] = {}
        self.own: list[Presence] = []

    def subscribe(self, place: str, on_event: OnEvent) -> None:
        """Have `on_event(entry)` called with each entry for a place."""
        add_subscriber(self.subscribers, place, on_event)

    async def publish(self, place: str, room: str, message: Message) -> None:
        """Call the place's subscriber."""
        await self.subscribers[place](Entry("published", place, room, message=message))

    async def join(self, presence: Presence) -> bool:
        """Add a presence and return True."""
        self.own.append(presence)
        self.presences.put(presence)
        return True

    async def leave(self, presence: Presence) -> None:
        """Remove a presence."""
        self.own.remove(presence)
        self.presences.replace(self.own)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do nothing: there is nothing to start."""
        yield


# %% recent_messages
class RecentMessages:
    """The last messages, oldest first; the whole server's `RoomLog` keeps them for each room.

    Args:
        kept: How many of them; an older one is forgotten.
    """

    def __init__(self, kept: int = 50) -> None:
        self._kept = kept
        self._texts: dict[str, str] = {}

    def add(self, message_id: str, text: str) -> bool:
        """Keep a message and return True; return False if it is here already."""
        if message_id in self._texts:
            return False

        self._texts[message_id] = text
        if len(self._texts) > self._kept:
            del self._texts[next(iter(self._texts))]
        return True

    def after(self, message_id: str) -> list[str]:
        """Return what came after a message; everything, if that message is not known."""
        known = list(self._texts)
        start = known.index(message_id) + 1 if message_id in self._texts else 0
        return [self._texts[each] for each in known[start:]]


# %% chat
PLACE, ROOM = "chat", "lobby"


class Chat:
    """The chat as one process knows it: the broker, and the clients that are connected here."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.manager = ConnectionManager()
        self.recent = RecentMessages()
        self.users: list[str] = []
        broker.subscribe(PLACE, self.on_event)

    async def publish(self, name: str, text: str) -> None:
        """Publish what a client has sent."""
        event = {"type": "message", "id": token_hex(4), "from": name, "text": text}
        await self.broker.publish(PLACE, ROOM, event)

    async def on_event(self, entry: Entry) -> None:
        """Send a published message to all clients of this process, unless they have it already."""
        text = as_text(entry.message)
        if entry.kind == "published" and self.recent.add(json.loads(text)["id"], text):
            self.manager.broadcast(text)

    async def connect(self, websocket: WebSocket, after: str) -> None:
        """Accept a client, and send it what came after message `after`."""
        await self.manager.connect(websocket)
        # No await from here on: no message comes between the history and the next one.
        missed = [json.loads(text) for text in self.recent.after(after)]
        history = json.dumps({"type": "history", "messages": missed})
        self.manager.active_connections[websocket].put(EncodedMessage(history))
        # So that the next list goes to the newcomer, too.
        self.users = []

    def send_users(self) -> None:
        """Send the list of all users to the clients of this process, if it has changed."""
        users = self.broker.presences.names(PLACE, ROOM)
        if users != self.users:
            self.users = users
            self.manager.broadcast(json.dumps({"type": "users", "users": users}))


# %% running
PAUSE = 0.5


def running(chat: Chat) -> Lifespan:
    """Return a lifespan in which the broker works, and clients learn who is connected."""

    async def keep_sending_users() -> None:
        await asyncio.sleep(PAUSE)
        chat.send_users()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with chat.broker.running():
            sending = asyncio.create_task(supervise(keep_sending_users))
            yield
            sending.cancel()

    return lifespan


# %% app
def make_app(broker: Broker, kind: type[Chat] = Chat) -> FastAPI:
    """Return the app of one process; all that share the broker are one chat."""
    chat, visits = kind(broker), count(1)
    app = FastAPI(lifespan=running(chat))

    @app.websocket("/ws/{name}")
    async def talk(websocket: WebSocket, name: str, after: str = "") -> None:
        member = Presence(PLACE, name, broker.process, ROOM, next(visits))
        await chat.connect(websocket, after)
        try:
            await broker.join(member)
            async for text in texts(websocket):
                try:
                    await chat.publish(name, text)
                except Unavailable as refusal:
                    await reply(refusal.error, websocket)
        finally:
            chat.manager.disconnect(websocket)
            await broker.leave(member)

    return app


# %% choice
def choose_broker(url: str | None) -> Broker:
    """Return a broker over the Redis at `url`; without a `url`, one in memory."""
    return RedisBroker(url) if url else MemoryBroker()


app = make_app(choose_broker(os.environ.get("REDIS_URL")))
