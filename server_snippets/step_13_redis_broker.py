"""Step 13, the broker over a Redis stream: every message that it accepts reaches every process.

New since step 11: Redis keeps the last messages, and each process reads on after the last one that it knows.
An outage of Redis loses none, because the library reconnects with backoff and jitter. A supervisor restarts
a reader that fails, and the users of a process that dies disappear, although it can tell nobody.
Used by: server_snippets.step_13_scaling_out, with the address of a Redis in REDIS_URL
"""

# %% imports
import asyncio
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import astuple
from secrets import token_hex
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

# %% course_imports
from server_snippets.server.brokers.base import Entry, OnEvent, Unavailable, add_subscriber
from server_snippets.server.brokers.presence import Presence, PresenceRegistry
from server_snippets.server.connections.manager import Message, as_text


log = logging.getLogger(__name__)


# %% protocol
class Broker(Protocol):
    """What this chat needs of a broker; the whole server's `Broker` adds updates and a history.

    Attributes:
        process: A name for this process.
        presences: Everyone who is connected, to any process.
    """

    process: str
    presences: PresenceRegistry

    def subscribe(self, place: str, on_event: OnEvent) -> None:
        """Have `on_event(entry)` called with each entry for a place."""

    async def publish(self, place: str, room: str, message: Message) -> None:
        """Send a message to the subscribers of all processes; raise Unavailable if it is not accepted."""

    async def join(self, presence: Presence) -> bool:
        """Add a presence; return whether it was accepted."""
        ...

    async def leave(self, presence: Presence) -> None:
        """Remove a presence."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Do the work for as long as the block lasts."""
        ...


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


# %% base
PATIENCE = 10.0
BETWEEN_BEATS, MILLISECONDS_TO_LIVE = 0.5, 2_000


class RedisBrokerBase(ABC):
    """The subscribers of this process, and everyone who is connected to any, by way of Redis."""

    def __init__(self, url: str) -> None:
        self.redis = open_redis(url)
        self.process = token_hex(4)
        self.presences = PresenceRegistry()
        self.subscribers: dict[str, OnEvent] = {}
        self.own: list[Presence] = []

    def subscribe(self, place: str, on_event: OnEvent) -> None:
        """Have `on_event(entry)` called with each entry for a place."""
        add_subscriber(self.subscribers, place, on_event)

    async def join(self, presence: Presence) -> bool:
        """Add a presence and return True; the whole server's brokers accept each name once."""
        self.own.append(presence)
        self.presences.put(presence)
        return True

    async def leave(self, presence: Presence) -> None:
        """Remove a presence; all processes learn of it with the next beat."""
        self.own.remove(presence)

    async def beat(self) -> None:
        """Record for two seconds who is connected to this process; read who is connected to any."""
        own = json.dumps([astuple(presence) for presence in self.own])
        await self.redis.set(f"here:{self.process}", own, px=MILLISECONDS_TO_LIVE)
        keys = [key async for key in self.redis.scan_iter("here:*")]
        lists = [json.loads(text) for text in await self.redis.mget(keys) if text]
        everyone = [Presence(*fields) for presences in lists for fields in presences]
        # Some may have joined this process while Redis answered.
        self.presences.replace([*everyone, *self.own])

    async def keep_beating(self) -> None:
        """Beat, then wait half a second."""
        await self.beat()
        await asyncio.sleep(BETWEEN_BEATS)

    @abstractmethod
    async def open(self) -> None:
        """Begin to receive."""

    @abstractmethod
    async def read(self) -> None:
        """Pass on what is published."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read and beat for as long as the block lasts; raise TimeoutError if Redis is not there."""
        await asyncio.wait_for(self.open(), PATIENCE)
        tasks = [asyncio.create_task(supervise(work)) for work in (self.read, self.keep_beating)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await self.redis.aclose()


# %% broker
STREAM, KEPT = "events", 1_000


class RedisBroker(RedisBrokerBase):
    """Brings each message to all processes, by a stream that keeps about a thousand.

    The whole server's `RedisBroker` also writes to the stream who joins and leaves.
    """

    last = "0"

    async def publish(self, place: str, room: str, message: Message) -> None:
        """Append a message; raise Unavailable if Redis does not accept it within ten seconds."""
        fields: Any = {"place": place, "room": room, "message": as_text(message)}
        add = self.redis.xadd(STREAM, fields, maxlen=KEPT, approximate=True)
        try:
            await asyncio.wait_for(add, PATIENCE)
        except TimeoutError:
            raise Unavailable from None

    async def open(self) -> None:
        """Read what was kept."""
        await self.read(wait=None)

    async def read(self, wait: int | None = 2_000) -> None:
        """Pass on what comes after the last entry that was read; wait some milliseconds for it."""
        streams: Any = await self.redis.xread({STREAM: self.last}, block=wait)
        for _, entries in streams:
            for entry_id, fields in entries:
                self.last = entry_id
                entry = Entry("published", **fields, id=entry_id)
                await self.subscribers[entry.place](entry)
