"""Reads the broker's log for one process, from where it has come to: all of it, once, in its order."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from server_snippets.guest_list import Guest
from server_snippets.redis_connection import RedisConnection
from server_snippets.redis_entry import LogEntry, as_guest
from server_snippets.redis_link import Link
from server_snippets.redis_scripts import BORN, BURY, GUESTS, LOG, LOOK, MAX_ENTRIES, process_key


MOST_AT_ONCE = 500
# Shorter than the connection's time limit, or an idle log would look like a lost connection.
WAIT_MILLISECONDS = 1_000
# A process that has said nothing for so long is dead; it says something every second.
SILENCE_SECONDS = 6.0
# An answer comes sooner, unless this process was frozen or has very much to do.
LATE_SECONDS = 3.0

logger = logging.getLogger("uvicorn.error")

Apply = Callable[[str, LogEntry], Awaitable[None]]
# Takes all guests, and whether this process has missed something.
Restore = Callable[[list[Guest], bool], Awaitable[None]]


def as_numbers(entry_id: str) -> tuple[int, int]:
    """Return the two numbers of an id, which can be compared."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)


class LogReader:
    """The one way of a process out of the log.

    Args:
        redis: The connection; only `apply` may use it, too.
        link: Knows whether the broker is there.
        process: Who reads.
        apply: Takes each entry.
        restore: Takes the guests at the start, and after a part of the log was missed.

    Attributes:
        has_place: Set once it is known from where on the log is read.
    """

    def __init__(
        self, redis: RedisConnection, link: Link, process: str, apply: Apply, restore: Restore
    ) -> None:
        self._redis = redis
        self._link = link
        self._process = process
        self._apply = apply
        self._restore = restore
        self.has_place = asyncio.Event()
        self._born = ""
        self._last = ""
        self._read_at = 0.0
        # When each process was heard last, by our own clock.
        self._heard: dict[str, float] = {}

    async def run(self) -> None:
        """Read for ever."""
        await self._redis.open()
        await self._find_place()
        self.has_place.set()
        self._link.up("reader")
        while True:
            entries = await self._read_on()
            if await self._has_fallen_behind(len(entries)):
                await self._start_over()
                continue
            for entry_id, fields in entries:
                await self._take(entry_id, LogEntry.read(fields))
            if len(entries) < MOST_AT_ONCE:
                await self._bury_the_silent()

    async def bury(self, process: str) -> None:
        """Tell all that a process has ended: its guests are gone."""
        await self._redis.ask("EVAL", BURY, 3, LOG, GUESTS, process_key(process), process)

    async def _read_on(self) -> list[tuple[str, list[str]]]:
        how = ("COUNT", MOST_AT_ONCE, "BLOCK", WAIT_MILLISECONDS)
        # With an explicit place to read on from: nothing between two calls can be missed.
        streams: Any = await self._redis.ask("XREAD", *how, "STREAMS", LOG, self._last)
        entries: list[tuple[str, list[str]]] = dict(streams or ()).get(LOG, [])
        return entries

    async def _has_fallen_behind(self, entries: int) -> bool:
        before, self._read_at = self._read_at, time.monotonic()
        is_late = self._read_at - before > LATE_SECONDS
        if is_late:
            self._hear_anew()
        return (is_late or entries == MOST_AT_ONCE) and await self._has_missed()

    def _hear_anew(self) -> None:
        # Nobody could be heard while the broker was away, or this process frozen.
        self._heard = dict.fromkeys(self._heard, time.monotonic())

    async def _find_place(self) -> None:
        await self._redis.ask("SET", BORN, self._process, "NX")
        born: str = await self._redis.ask("GET", BORN)
        if self._born and born != self._born:
            # The broker has lost its memory. Its new log is read from the beginning.
            self._last = "0-0"
        elif not self._born or await self._has_missed():
            await self._start_over()
        self._born = born
        self._hear_anew()

    async def _has_missed(self) -> bool:
        if await self._redis.ask("XLEN", LOG) < MAX_ENTRIES:
            # It has never been trimmed: all that was not read yet is still there.
            return False

        first = await self._redis.ask("XRANGE", LOG, "-", "+", "COUNT", 1)
        return bool(first) and as_numbers(first[0][0]) > as_numbers(self._last)

    async def _start_over(self) -> None:
        texts, newest = await self._redis.ask("EVAL", LOOK, 2, GUESTS, LOG)
        self._last = newest[0][0] if newest else "0-0"
        guests = [as_guest(text) for text in texts]
        self._heard |= {guest.process: 0.0 for guest in guests}
        self._hear_anew()
        if self._born:
            logger.warning("The broker's log holds no longer all that was missed here; clients come again.")
        await self._restore(guests, bool(self._born))

    async def _take(self, entry_id: str, entry: LogEntry) -> None:
        self._heard[entry.process] = time.monotonic()
        await self._apply(entry_id, entry)
        self._last = entry_id
        if entry.kind == "gone":
            del self._heard[entry.process]

    async def _bury_the_silent(self) -> None:
        silent = time.monotonic() - SILENCE_SECONDS
        for process, heard in self._heard.items():
            if heard < silent and process != self._process:
                await self.bury(process)
