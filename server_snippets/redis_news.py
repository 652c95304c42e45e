"""What one process reads in the log, brought to its endpoints."""

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis

from server_snippets.broker import Entry, Hear
from server_snippets.guest_list import Guest, GuestList
from server_snippets.message_history import MAX_BYTES, MAX_MESSAGES, Event
from server_snippets.redis_link import PATIENCE_SECONDS
from server_snippets.redis_reader import Fields, as_guest
from server_snippets.redis_scripts import history_key


logger = logging.getLogger("uvicorn.error")


class News:
    """Tells the endpoints of one process what has happened, and keeps the list of guests.

    Args:
        redis: Where the messages of a room are kept.
        process: Whose endpoints these are.
    """

    def __init__(self, redis: Redis, process: str) -> None:
        self.guests = GuestList()
        self._redis = redis
        self._process = process
        self._hear: dict[str, Hear] = {}
        self._last_own = 0
        # Who waits until this process has heard something of its own, in the order of the numbers.
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def open(self, place: str, hear: Hear) -> None:
        """Bring a place what happens there."""
        self._hear[place] = hear

    async def heard(self, number: int) -> None:
        """Wait until this process has heard what it wrote under a number; not for ever."""
        if number <= self._last_own:
            return

        hearing = asyncio.get_running_loop().create_future()
        self._waiting.append((number, hearing))
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await hearing

    async def apply(self, entry_id: str, fields: Fields) -> None:
        """Tell what an entry of the log says."""
        match fields["kind"]:
            case "gone":
                for guest in self.guests.of_process(fields["process"]):
                    await self._let_out(guest)
            case "entered":
                await self._let_in(as_guest(fields["guest"]), entry_id)
            case "left":
                await self._let_out(as_guest(fields["guest"]))
            case "changed":
                await self._change(as_guest(fields["guest"]), fields["message"])
            case "said":
                await self._say(fields)
        if fields["process"] == self._process:
            self._note_own(int(fields.get("number", 0)))

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

    async def _let_out(self, guest: Guest) -> None:
        if guest in self.guests:
            self.guests.remove(guest)
            await self.tell(Entry("left", guest.place, guest.room, guest))

    async def _change(self, guest: Guest, message: str) -> None:
        self.guests.put(guest)
        await self.tell(Entry("changed", guest.place, guest.room, guest, message))

    async def _say(self, fields: Fields) -> None:
        guest = as_guest(fields["guest"]) if fields["guest"] else None
        await self.tell(Entry("said", fields["place"], fields["room"], guest, fields["message"]))

    async def _recall(self, guest: Guest, entry_id: str) -> list[Event]:
        """Return what was said in the guest's room before an entry, oldest first."""
        key = history_key(guest.place, guest.room)
        newest_first: Any = await self._redis.xrevrange(key, f"({entry_id}", "-", count=MAX_MESSAGES)
        events: deque[Event] = deque()
        size = 0
        for _, fields in newest_first:
            size += len(fields["message"].encode())
            if size > MAX_BYTES:
                break
            events.appendleft(json.loads(fields["message"]))
        return list(events)

    def _note_own(self, number: int) -> None:
        self._last_own = max(number, self._last_own)
        while self._waiting and self._waiting[0][0] <= self._last_own:
            _, hearing = self._waiting.popleft()
            if not hearing.done():
                hearing.set_result(None)
