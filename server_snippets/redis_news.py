"""What one process reads in the log, brought to its endpoints."""

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from typing import Literal

from server_snippets.broker import Entry, Hear, subscribe
from server_snippets.guest_list import Guest, GuestList
from server_snippets.message_history import MAX_BYTES, MAX_MESSAGES, Event
from server_snippets.redis_connection import RedisConnection
from server_snippets.redis_entry import LogEntry
from server_snippets.redis_link import PATIENCE_SECONDS
from server_snippets.redis_scripts import history_key


logger = logging.getLogger("uvicorn.error")


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
        self._last_own = 0
        # Who waits until this process has heard something of its own, in the order of the numbers.
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def open(self, place: str, hear: Hear) -> None:
        """Bring a place what happens there."""
        subscribe(self._hear, place, hear)

    async def heard(self, number: int) -> None:
        """Wait until this process has heard what it wrote under a number; not for ever."""
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
                await self._let_out(guest, "expired" if is_own else "left")
            case LogEntry(kind="entered", guest=Guest() as guest):
                await self._let_in(guest, entry_id)
            case LogEntry(kind="left", guest=Guest() as guest):
                await self._let_out(guest)
            case LogEntry(kind="changed", guest=Guest() as guest):
                await self._change(guest, entry.message)
            case LogEntry(kind="said"):
                await self.tell(Entry("said", entry.place, entry.room, entry.guest, entry.message))
        if entry.process == self._process:
            self._note_own(entry.number)

    async def restore(self, guests: list[Guest], has_missed: bool) -> None:
        """Begin with these guests; tell all places if something was missed since they were told last."""
        self.guests.replace(guests)
        for place in self._hear if has_missed else ():
            await self.tell(Entry("missed", place))

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
        history = await self._recall(guest, entry_id) if is_own else []
        if other := self.guests.find(guest.place, guest.name):
            await self._let_out(other)
        self.guests.put(guest)
        await self.tell(Entry("entered", guest.place, guest.room, guest, history=history))

    async def _let_out(self, guest: Guest, kind: Literal["left", "expired"] = "left") -> None:
        if guest in self.guests:
            self.guests.remove(guest)
            await self.tell(Entry(kind, guest.place, guest.room, guest))

    async def _change(self, guest: Guest, message: str) -> None:
        self.guests.put(guest)
        await self.tell(Entry("changed", guest.place, guest.room, guest, message))

    async def _recall(self, guest: Guest, entry_id: str) -> list[Event]:
        """Return what was said in the guest's room before an entry, oldest first."""
        key = history_key(guest.place, guest.room)
        before = (f"({entry_id}", "-", "COUNT", MAX_MESSAGES)
        events: deque[Event] = deque()
        size = 0
        for _, (_, message) in await self._redis.ask("XREVRANGE", key, *before):
            size += len(message.encode())
            if size > MAX_BYTES:
                break
            events.appendleft(json.loads(message))
        return list(events)

    def _note_own(self, number: int) -> None:
        self._last_own = max(number, self._last_own)
        while self._waiting and self._waiting[0][0] <= self._last_own:
            _, hearing = self._waiting.popleft()
            if not hearing.done():
                hearing.set_result(None)
