"""Reads the broker's log for one process, from where it has come to: all of it, once, in its order."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis

from server_snippets.guest_list import Guest
from server_snippets.redis_link import Link
from server_snippets.redis_scripts import BORN, BURY, GUESTS, LOG, MAX_ENTRIES, process_key


MOST_AT_ONCE = 500
# Shorter than the connection's time limit, or an idle log would look like a lost connection.
WAIT_MILLISECONDS = 1_000
# A process that has said nothing for so long is dead; it says something every second.
SILENCE_SECONDS = 6.0

Fields = dict[str, str]
Apply = Callable[[str, Fields], Awaitable[None]]
# Takes all guests, and whether this process has missed something.
Restore = Callable[[list[Guest], bool], Awaitable[None]]


def as_guest(text: str) -> Guest:
    """Return a guest of whom the broker keeps this."""
    return Guest(**json.loads(text))


def as_numbers(entry_id: str) -> tuple[int, int]:
    """Return the two numbers of an id, which can be compared."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)


class LogReader:
    """The one way of a process out of the log.

    Args:
        redis: The connection.
        link: Knows whether the broker is there.
        process: Who reads.
        apply: Takes each entry.
        restore: Takes the guests at the start, and after a part of the log was missed.
    """

    def __init__(self, redis: Redis, link: Link, process: str, apply: Apply, restore: Restore) -> None:
        self._redis = redis
        self._link = link
        self._process = process
        self._apply = apply
        self._restore = restore
        self._born = ""
        self._last = ""
        # When each process was heard last, by our own clock.
        self._heard: dict[str, float] = {}

    async def run(self) -> None:
        """Read for ever."""
        await self._find_place()
        self._link.up("reader")
        while True:
            # With an explicit place to read on from: nothing between two calls can be missed.
            streams: Any = await self._redis.xread({LOG: self._last}, MOST_AT_ONCE, WAIT_MILLISECONDS)
            entries = streams[0][1] if streams else []
            for entry_id, fields in entries:
                await self._take(entry_id, fields)
            if len(entries) < MOST_AT_ONCE:
                await self._bury_the_silent()

    async def bury(self, process: str) -> None:
        """Tell all that a process has ended: its guests are gone."""
        await self._redis.eval(BURY, 3, LOG, GUESTS, process_key(process), process)

    async def _find_place(self) -> None:
        await self._redis.set(BORN, self._process, nx=True)
        born: Any = await self._redis.get(BORN)
        if self._born and born != self._born:
            # The broker has lost its memory. Its new log is read from the beginning.
            self._last = "0-0"
        elif not self._born or await self._has_missed():
            await self._start_over()
        self._born = born
        # Nobody could be heard while the broker was away.
        self._heard = dict.fromkeys(self._heard, time.monotonic())

    async def _has_missed(self) -> bool:
        if await self._redis.xlen(LOG) < MAX_ENTRIES:
            # It has never been trimmed: all that was not read yet is still there.
            return False

        first: Any = await self._redis.xrange(LOG, count=1)
        return bool(first) and as_numbers(first[0][0]) > as_numbers(self._last)

    async def _start_over(self) -> None:
        # Both at one moment: the guests are those at the newest entry.
        pipeline: Any = self._redis.pipeline(transaction=True)
        texts, newest = await pipeline.hvals(GUESTS).xrevrange(LOG, count=1).execute()
        self._last = newest[0][0] if newest else "0-0"
        guests = [as_guest(text) for text in texts]
        self._heard |= {guest.process: 0.0 for guest in guests}
        await self._restore(guests, bool(self._born))

    async def _take(self, entry_id: str, fields: Fields) -> None:
        self._heard[fields["process"]] = time.monotonic()
        await self._apply(entry_id, fields)
        self._last = entry_id
        if fields["kind"] == "gone":
            del self._heard[fields["process"]]

    async def _bury_the_silent(self) -> None:
        silent = time.monotonic() - SILENCE_SECONDS
        for process, heard in self._heard.items():
            if heard < silent and process != self._process:
                await self.bury(process)
