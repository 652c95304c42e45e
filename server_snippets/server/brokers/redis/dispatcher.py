"""What one process reads in the log, brought to its endpoints."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from ..base import Entry, OnEvent, Recall, add_subscriber
from ..history import HISTORY, stamp
from ..presence import Presence, PresenceRegistry
from .connection import PATIENCE_SECONDS, RedisConnection
from .log_entry import LogEntry
from .scripts import Keys


logger = logging.getLogger("uvicorn.error")

# What a place recalls of the time before: in the end, a presence that has expired has left.
PAST_KINDS: dict[str, Literal["published", "joined", "left"]] = {
    "published": "published",
    "joined": "joined",
    "left": "left",
    "expired": "left",
}


class Dispatcher:
    """Tells the endpoints of one process what has happened, and keeps the list of presences.

    Args:
        redis: The reader's connection, for the messages of a room.
        process: The id of this process.
        keys: The names of Redis' keys.
    """

    def __init__(self, redis: RedisConnection, process: str, keys: Keys) -> None:
        self.presences = PresenceRegistry()
        self._redis = redis
        self._process = process
        self._keys = keys
        self._subscribers: dict[str, OnEvent] = {}
        self._recall: dict[str, Recall] = {}
        self._last_own = 0
        # Who waits until this process has applied something of its own, in the order of the numbers.
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def subscribe(self, place: str, on_event: OnEvent, recall: Recall | None = None) -> None:
        """Deliver to a place what happens there, and what happened before this process started."""
        add_subscriber(self._subscribers, place, on_event)
        if recall:
            self._recall[place] = recall

    async def wait_for(self, number: int) -> None:
        """Wait until this process has applied what it wrote under a number; not forever."""
        if number <= self._last_own:
            return

        applied = asyncio.get_running_loop().create_future()
        self._waiting.append((number, applied))
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await applied

    async def apply(self, entry_id: str, entry: LogEntry) -> None:
        """Tell what an entry of the log says."""
        match entry:
            case LogEntry(kind="expired", presence=Presence() as presence):
                is_own = presence.process == self._process
                await self._leave(presence, entry_id, "expired" if is_own else "left")
            case LogEntry(kind="joined", presence=Presence() as presence):
                await self._join(presence, entry_id)
            case LogEntry(kind="left", presence=Presence() as presence):
                await self._leave(presence, entry_id)
            case LogEntry(kind="updated", presence=Presence() as presence):
                await self._update(presence, entry.message)
            case LogEntry(kind="published"):
                what = entry.place, entry.room, entry.presence, entry.message
                await self.tell(Entry("published", *what, id=entry_id))
        if entry.process == self._process:
            self._note_own(entry.number)

    async def restore(
        self, presences: list[Presence], past: Iterable[tuple[str, LogEntry]], has_missed: bool
    ) -> None:
        """Begin with these presences and what happened last; tell all places if something was missed."""
        self.presences.replace(presences)
        for place in self._subscribers if has_missed else ():
            await self.tell(Entry("missed", place))
        for entry_id, entry in past:
            if (kind := PAST_KINDS.get(entry.kind)) and (recall := self._recall.get(entry.place)):
                recall(Entry(kind, entry.place, entry.room, entry.presence, entry.message, id=entry_id))

    async def tell(self, entry: Entry) -> None:
        """Bring an entry to its place; an exception there is for the log, and ends nothing."""
        try:
            await self._subscribers[entry.place](entry)
        except Exception:
            logger.exception("What was told to %r failed.", entry.place)

    async def _join(self, presence: Presence, entry_id: str) -> None:
        if presence in self.presences:
            return

        is_own = presence.process == self._process
        # First, for it may fail; then the whole entry comes again.
        history = await self._history(presence, entry_id) if is_own else []
        if other := self.presences.find(presence.place, presence.name):
            await self._leave(other, entry_id)
        self.presences.put(presence)
        await self.tell(
            Entry("joined", presence.place, presence.room, presence, history=history, id=entry_id)
        )

    async def _leave(
        self, presence: Presence, entry_id: str, kind: Literal["left", "expired"] = "left"
    ) -> None:
        if presence in self.presences:
            self.presences.remove(presence)
            await self.tell(Entry(kind, presence.place, presence.room, presence, id=entry_id))

    async def _update(self, presence: Presence, message: str) -> None:
        self.presences.put(presence)
        await self.tell(Entry("updated", presence.place, presence.room, presence, message))

    async def _history(self, presence: Presence, entry_id: str) -> list[str]:
        """Return what was said in the presence's room before an entry, oldest first."""
        key = self._keys.history(presence.place, presence.room)
        before = (f"({entry_id}", "-", "COUNT", HISTORY.entries)
        entries = await self._redis.ask("XREVRANGE", key, *before)
        return [stamp(message, said_id) for said_id, (_, message) in reversed(entries)]

    def _note_own(self, number: int) -> None:
        self._last_own = max(number, self._last_own)
        while self._waiting and self._waiting[0][0] <= self._last_own:
            _, applied = self._waiting.popleft()
            if not applied.done():
                applied.set_result(None)
