"""The broker of a server that is several processes: one stream in Redis, which all of them read.

Every process writes what happens to the end of one log, and reads all of it, its own part too, from where
it has come to. So all hear everything once and in one order, over a lost connection and a restart of Redis,
too; publish/subscribe forgets what is said while a process is cut off. Who is there, and the last messages
of each room, are kept beside the log and change in the same step. However many clients there are, a
process has two connections to Redis.

It needs Redis 6.2 or newer, or Valkey, which speaks the same language. With `appendonly yes` a restart
loses nothing that is in Redis' file: with `appendfsync always` that is all it has answered; with the usual
`everysec` the last second may be lost when the machine falls. A Sentinel or a Cluster may promote a replica
that has not heard the last moment yet. One log is work for one node: when that is not enough, give groups
of rooms logs of their own. On NATS, a JetStream stream and its key-value store would do the same.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from ...connections.manager import Message, as_text
from ...settings import Settings
from ..base import Entry, OnEvent, Recall, Unavailable
from ..presence import Presence
from .connection import LOST, ConnectionHealth, RedisConnection
from .dispatcher import Dispatcher
from .log_entry import LogEntry
from .reader import LogReader
from .scripts import MAX_LOG_BYTES, Keys
from .writer import Command, LogWriter


BEAT_SECONDS = 1.0
START_SECONDS = 5.0
GOODBYE_SECONDS = 2.0


async def end(tasks: Collection["asyncio.Task[None]"]) -> None:
    """Cancel tasks until they have ended: a library may take one cancellation for a time limit."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=0.5)


class RedisBroker:
    """Delivers what an endpoint publishes to the same endpoint of every process with this `url` and prefix.

    Args:
        url: Where Redis is, such as `redis://127.0.0.1:6379/0`.
        log_bytes: How much the log keeps for a process that was away: the same for all processes.
        prefix: How the names of its keys begin.
    """

    def __init__(self, url: str, log_bytes: int = MAX_LOG_BYTES, prefix: str = Settings.redis_prefix) -> None:
        self.process = secrets.token_hex(4)
        self._connections = reading, writing = RedisConnection(url), RedisConnection(url)
        keys = Keys(prefix)
        self._dispatcher = Dispatcher(reading, self.process, keys)
        self.presences = self._dispatcher.presences
        names = {"reader", "writer"}
        self._health = ConnectionHealth(
            reading.address, reading.hide_secrets, names, lambda: self._writer.reject(), self._post_beat
        )
        self._writer = LogWriter(writing, self._health, self.process, log_bytes, keys, self._register_again)
        self._reader = LogReader(
            reading,
            self._health,
            self.process,
            log_bytes,
            keys,
            self._apply,
            self._dispatcher.restore,
        )
        # Who lives on this process: those who are in, those whose entering is on its way, and those of
        # whom nobody knows whether they are in.
        self._own: dict[str, Presence] = {}
        self._coming: dict[Presence, Command] = {}
        self._uncertain: set[Presence] = set()
        # asyncio keeps no strong reference to a task.
        self._sending_away: set[asyncio.Task[None]] = set()

    @property
    def is_away(self) -> bool:
        """Whether it rejects what does not wait."""
        return self._health.is_away

    def subscribe(self, place: str, on_event: OnEvent, recall: Recall | None = None) -> None:
        """Deliver to a place what happens there, one entry after the other; it can be opened once."""
        self._dispatcher.subscribe(place, on_event, recall)

    async def publish(
        self, place: str, room: str, message: Message, *, by: Presence | None = None, keep: bool = False
    ) -> None:
        """Publish to all, and keep it for the room's history if asked to; who is gone publishes nothing."""
        command = Command("published", place, room, by, as_text(message), keep, waits=False)
        if await self._write(command) == "absent":
            raise Unavailable("Not delivered: the broker does not know you yet. Try again.")

    async def publish_soon(
        self, place: str, room: str, message: Message, *, by: Presence | None = None
    ) -> None:
        """Publish to all; do not wait until that has happened."""
        self._writer.write_soon(Command("published", place, room, by, as_text(message)))

    async def join(self, presence: Presence, *, wait: bool = False) -> bool:
        """Add a presence and tell all; return False if its name is held by another."""
        command = Command("joined", presence.place, presence.room, presence, waits=wait)
        self._coming[presence] = command
        try:
            has_joined = await self._write(command) != "taken"
        except Unavailable:
            if command.number:
                self._uncertain.add(presence)
            raise
        if has_joined:
            self._own[presence.key] = presence
        return has_joined

    async def update(self, presence: Presence, message: Message, *, wait: bool = True) -> None:
        """Tell all how a presence has changed, also one that is new."""
        text = as_text(message)
        await self._write(Command("updated", presence.place, presence.room, presence, text, waits=wait))
        self._own[presence.key] = presence

    async def leave(self, presence: Presence) -> None:
        """Remove a presence and tell all; do not wait until that has happened."""
        if self._own.get(presence.key) == presence:
            del self._own[presence.key]
        coming = self._coming.pop(presence, None)
        never_came = coming is not None and self._writer.take_back(coming)
        if presence in self._uncertain or not never_came:
            self._writer.write_soon(Command("left", presence.place, presence.room, presence))
        self._uncertain.discard(presence)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read and write for as long as the block lasts; without Redis it begins nevertheless."""
        self._health.start()
        tasks = [
            asyncio.create_task(self._health.keep_up("writer", self._write_on)),
            asyncio.create_task(self._health.keep_up("reader", self._reader.run)),
            asyncio.create_task(self._beat()),
        ]
        try:
            await self._health.wait_until_up(START_SECONDS)
            yield
        finally:
            await self._say_goodbye(tasks)

    async def _write(self, command: Command) -> str:
        reply = await self._writer.write(command)
        if reply == "logged":
            await self._dispatcher.wait_for(command.number)
        return reply

    async def _apply(self, entry_id: str, entry: LogEntry) -> None:
        await self._dispatcher.apply(entry_id, entry)
        if entry.process == self.process:
            # Who has received its own message may be gone, and come again, before Redis' answer comes here.
            self._writer.note_logged(entry.number)

    async def _write_on(self) -> None:
        # Who enters before it is known from where on we read would be taken for somebody known already.
        await self._reader.has_place.wait()
        await self._writer.run()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for connection in self._connections:
                connection.beat()
            if self._health.is_up:
                self._post_beat()

    def _post_beat(self) -> None:
        self._writer.write_soon(Command("beat"))

    async def _say_goodbye(self, tasks: list[asyncio.Task[None]]) -> None:
        with suppress(*LOST):
            async with asyncio.timeout(GOODBYE_SECONDS if self._health.is_up else 0):
                # Behind all that waits.
                await self._writer.write(Command("beat"))
        await end(tasks)
        if self._health.is_up:
            with suppress(*LOST):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await self._reader.expire(self.process)
        self._health.stop()
        for connection in self._connections:
            await connection.close()

    def _register_again(self) -> Iterator[Command]:
        for presence in list(self._own.values()):
            command = Command("joined", presence.place, presence.room, presence)
            command.reply.add_done_callback(partial(self._registered_again, presence))
            yield command

    def _registered_again(self, presence: Presence, reply: "asyncio.Future[str]") -> None:
        if not reply.cancelled() and reply.result() == "taken":
            self._own.pop(presence.key, None)
            sending_away = asyncio.create_task(
                self._dispatcher.tell(Entry("taken", presence.place, presence=presence))
            )
            self._sending_away.add(sending_away)
            sending_away.add_done_callback(self._sending_away.discard)
