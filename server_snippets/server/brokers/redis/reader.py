"""Reads the broker's log for one process, from where it has come to: all of it, once, in its order."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from ..history import EVENTS
from ..presence import Presence
from .connection import ConnectionHealth, RedisConnection
from .log_entry import LogEntry, as_presence
from .scripts import EXPIRE, LOOK, Keys


# The longest messages make an answer of some megabytes of it.
MOST_AT_ONCE = 100
# Shorter than the connection's time limit, or an idle log would look like a lost connection.
WAIT_MILLISECONDS = 1_000
# A process that has said nothing for so long is dead; it says something every second.
SILENCE_SECONDS = 6.0
# What this process says itself comes back sooner, unless it was frozen or cut off, or Redis takes nothing.
LATE_SECONDS = 3.0

logger = logging.getLogger("uvicorn.error")

Apply = Callable[[str, LogEntry], Awaitable[None]]
# Takes all presences, what happened last, and whether this process has missed something.
Restore = Callable[[list[Presence], list[tuple[str, LogEntry]], bool], Awaitable[None]]


def as_numbers(entry_id: str) -> tuple[int, int]:
    """Return the two numbers of an id, which can be compared."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)


class LogReader:
    """The one way of a process out of the log.

    Args:
        redis: The connection; only `apply` may use it, too.
        health: Knows whether the broker is there.
        process: Who reads.
        log_bytes: How much the log keeps.
        keys: The names of Redis' keys.
        apply: Takes each entry.
        restore: Takes the presences and what happened last, at the start and after missing a part.

    Attributes:
        has_place: Set once it is known from where on the log is read.
    """

    def __init__(
        self,
        redis: RedisConnection,
        health: ConnectionHealth,
        process: str,
        log_bytes: int,
        keys: Keys,
        apply: Apply,
        restore: Restore,
    ) -> None:
        self._redis = redis
        self._health = health
        self._process = process
        self._log_bytes = log_bytes
        self._keys = keys
        self._trimmed = ("HGET", keys.log_state, "trimmed")
        self._apply = apply
        self._restore = restore
        self.has_place = asyncio.Event()
        self._epoch = ""
        self._last = ""
        # When each process was last seen, by our own clock, and the number of what it wrote then.
        self._last_seen: dict[str, tuple[float, str]] = {}

    async def run(self) -> None:
        """Read forever."""
        await self._redis.open()
        await self._find_place()
        self.has_place.set()
        self._health.up("reader")
        while True:
            entries, trimmed = await self._read_on()
            self._health.up("reader")
            if self._is_missed(trimmed):
                await self._start_over()
                continue
            for entry_id, fields in entries:
                await self._take(entry_id, LogEntry.read(fields))
            if len(entries) < MOST_AT_ONCE:
                await self._expire_the_silent()

    async def expire(self, process: str, number: str = "") -> None:
        """Tell all that a process has ended, unless it has written something after this command."""
        names = self._keys
        keys = (names.log, names.log_state, names.segments, names.presences, names.process(process))
        await self._redis.ask("EVAL", EXPIRE, len(keys), *keys, process, number, self._log_bytes)

    async def _read_on(self) -> tuple[list[tuple[str, list[str]]], str | None]:
        """Return the next entries, and up to where the log was trimmed after they were read."""
        how = ("COUNT", MOST_AT_ONCE, "BLOCK", WAIT_MILLISECONDS)
        # With an explicit place to read on from: nothing between two calls can be missed.
        read = ("XREAD", *how, "STREAMS", self._keys.log, self._last)
        streams, trimmed = await self._redis.ask_all([read, self._trimmed])
        return dict(streams or ()).get(self._keys.log, []), trimmed

    async def _find_place(self) -> None:
        await self._redis.ask("SET", self._keys.epoch, self._process, "NX")
        epoch: str = await self._redis.ask("GET", self._keys.epoch)
        if self._epoch and epoch != self._epoch:
            # The broker has lost its memory. Its new log is read from the beginning.
            self._last = "0-0"
        elif not self._epoch or self._is_missed(await self._redis.ask(*self._trimmed)):
            await self._start_over()
        self._epoch = epoch
        self._reset_last_seen()

    def _is_missed(self, trimmed: str | None) -> bool:
        return trimmed is not None and as_numbers(trimmed) > as_numbers(self._last)

    async def _start_over(self) -> None:
        texts, newest = await self._redis.ask("EVAL", LOOK, 2, self._keys.presences, self._keys.log)
        self._last = newest[0][0] if newest else "0-0"
        presences = [as_presence(text) for text in texts]
        self._last_seen |= {presence.process: (0.0, "") for presence in presences}
        self._reset_last_seen()
        if self._epoch:
            logger.warning("The broker's log holds no longer all that was missed here; clients come again.")
        await self._restore(presences, await self._past(), bool(self._epoch))

    async def _past(self) -> list[tuple[str, LogEntry]]:
        """Return the last entries before the place where reading begins, oldest first."""
        entries: list[tuple[str, LogEntry]] = []
        before, size = self._last, 0
        while size < EVENTS.total_bytes:
            page = await self._redis.ask("XREVRANGE", self._keys.log, before, "-", "COUNT", MOST_AT_ONCE)
            entries += [(entry_id, LogEntry.read(fields)) for entry_id, fields in page]
            size += sum(len(about) + len(message) for _, (about, message) in page)
            if len(page) < MOST_AT_ONCE:
                break
            before = f"({page[-1][0]}"
        return entries[::-1]

    def _reset_last_seen(self) -> None:
        # Nobody could be heard while this process was frozen or cut off, or while Redis took nothing.
        now = time.monotonic()
        self._last_seen = {process: (now, number) for process, (_, number) in self._last_seen.items()}

    async def _take(self, entry_id: str, entry: LogEntry) -> None:
        now = time.monotonic()
        last_seen, _ = self._last_seen.get(self._process, (now, ""))
        if entry.process == self._process and now - last_seen > LATE_SECONDS:
            self._reset_last_seen()
        self._last_seen[entry.process] = now, str(entry.number)
        await self._apply(entry_id, entry)
        self._last = entry_id
        if entry.kind == "gone":
            del self._last_seen[entry.process]

    async def _expire_the_silent(self) -> None:
        # Compared with ourselves: while Redis takes nothing from anyone, silence means nothing.
        last_seen_here, _ = self._last_seen.get(self._process, (0.0, ""))
        for process, (last_seen, number) in self._last_seen.items():
            if last_seen < last_seen_here - SILENCE_SECONDS:
                await self.expire(process, number)
