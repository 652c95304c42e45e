"""What one process reads in the log, brought to its endpoints."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from ..base import Entry, Hear, Recall, subscribe
from ..history import MAX_MESSAGES, stamp
from ..presence import Guest, GuestList
from .connection import PATIENCE_SECONDS, RedisConnection
from .log_entry import LogEntry
from .scripts import history_key


logger = logging.getLogger("uvicorn.error")

# What a place recalls of the time before: in the end, a guest that has expired has left.
PAST_KINDS: dict[str, Literal["said", "entered", "left"]] = {
    "said": "said",
    "entered": "entered",
    "left": "left",
    "expired": "left",
}


class News:
    """Tells the endpoints of one process what has happened, and keeps the list of guests.

    Args:
        redis: The reader's connection, for the messages of a room.
        process: Whose endpoints these are.
    """

    def __init__(self, redis: RedisConnection, process: str) -> None:
        self.guests = GuestList()
        self._redis = redis
        self._process = process
        self._hear: dict[str, Hear] = {}
        self._recall: dict[str, Recall] = {}
        self._last_own = 0
        # Who waits until this process has heard something of its own, in the order of the numbers.
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def open(self, place: str, hear: Hear, recall: Recall | None = None) -> None:
        """Deliver to a place what happens there, and what happened before this process started."""
        subscribe(self._hear, place, hear)
        if recall:
            self._recall[place] = recall

    async def heard(self, number: int) -> None:
        """Wait until this process has heard what it wrote under a number; not forever."""
        if number <= self._last_own:
            return

        hearing = asyncio.get_running_loop().create_future()
        self._waiting.append((number, hearing))
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await hearing

    async def apply(self, entry_id: str, entry: LogEntry) -> None:
        """Tell what an entry of the log says."""
        match entry:
            case LogEntry(kind="expired", guest=Guest() as guest):
                is_own = guest.process == self._process
                await self._let_out(guest, entry_id, "expired" if is_own else "left")
            case LogEntry(kind="entered", guest=Guest() as guest):
                await self._let_in(guest, entry_id)
            case LogEntry(kind="left", guest=Guest() as guest):
                await self._let_out(guest, entry_id)
            case LogEntry(kind="changed", guest=Guest() as guest):
                await self._change(guest, entry.message)
            case LogEntry(kind="said"):
                what = entry.place, entry.room, entry.guest, entry.message
                await self.tell(Entry("said", *what, id=entry_id))
        if entry.process == self._process:
            self._note_own(entry.number)

    async def restore(
        self, guests: list[Guest], past: Iterable[tuple[str, LogEntry]], has_missed: bool
    ) -> None:
        """Begin with these guests and what happened last; tell all places if something was missed."""
        self.guests.replace(guests)
        for place in self._hear if has_missed else ():
            await self.tell(Entry("missed", place))
        for entry_id, entry in past:
            if (kind := PAST_KINDS.get(entry.kind)) and (recall := self._recall.get(entry.place)):
                recall(Entry(kind, entry.place, entry.room, entry.guest, entry.message, id=entry_id))

    async def tell(self, entry: Entry) -> None:
        """Bring an entry to its place; an exception there is for the log, and ends nothing."""
        try:
            await self._hear[entry.place](entry)
        except Exception:
            logger.exception("What was told to %r failed.", entry.place)

    async def _let_in(self, guest: Guest, entry_id: str) -> None:
        if guest in self.guests:
            return

        is_own = guest.process == self._process
        # First, for it may fail; then the whole entry comes again.
        history = await self._history(guest, entry_id) if is_own else []
        if other := self.guests.find(guest.place, guest.name):
            await self._let_out(other, entry_id)
        self.guests.put(guest)
        await self.tell(Entry("entered", guest.place, guest.room, guest, history=history, id=entry_id))

    async def _let_out(self, guest: Guest, entry_id: str, kind: Literal["left", "expired"] = "left") -> None:
        if guest in self.guests:
            self.guests.remove(guest)
            await self.tell(Entry(kind, guest.place, guest.room, guest, id=entry_id))

    async def _change(self, guest: Guest, message: str) -> None:
        self.guests.put(guest)
        await self.tell(Entry("changed", guest.place, guest.room, guest, message))

    async def _history(self, guest: Guest, entry_id: str) -> list[str]:
        """Return what was said in the guest's room before an entry, oldest first."""
        key = history_key(guest.place, guest.room)
        before = (f"({entry_id}", "-", "COUNT", MAX_MESSAGES)
        entries = await self._redis.ask("XREVRANGE", key, *before)
        return [stamp(message, said_id) for said_id, (_, message) in reversed(entries)]

    def _note_own(self, number: int) -> None:
        self._last_own = max(number, self._last_own)
        while self._waiting and self._waiting[0][0] <= self._last_own:
            _, hearing = self._waiting.popleft()
            if not hearing.done():
                hearing.set_result(None)
