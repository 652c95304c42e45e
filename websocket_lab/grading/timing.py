"""Times in a check: when something crossed the wire, and waiting for a moment, or for something to happen."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import ClassVar, TypeVar

from websocket_lab.client.client_log import Direction, json_object
from websocket_lab.client.live_client import LiveClient
from websocket_lab.grading.event import Event, matches


SLICE = 0.1
# By which factor a wait may be longer, however busy the machine is.
MOST = 4.0
Result = TypeVar("Result")


class Patience:
    """Seconds of waiting; those in which the process stands still, or has no processor, do not count.

    Args:
        seconds: How long to wait.
        passed: How many of them have passed already; a moment is left in any case.

    Attributes:
        is_lengthened: Whether `lengthen` has given it more time.
        is_unfair: Whether it ended all the same, because other programs had the processors for too long.
    """

    # How many in this process have ended unfairly.
    unfair_ends: ClassVar[int] = 0

    def __init__(self, seconds: float, passed: float = 0.0) -> None:
        self.seconds = seconds
        self.is_lengthened = self.is_unfair = self._is_begun = False
        self._start(max(seconds - passed, SLICE) if passed else seconds)

    @property
    def is_over(self) -> bool:
        """Whether the time has passed; ask more often than every tenth of a second."""
        self._look()
        return self._rest <= 0 or self.is_unfair

    def wait(self, act: Callable[[float], Result]) -> Result:
        """Return what `act` returns, which takes the seconds that it may wait; TimeoutError at the end.

        The end comes for all calls together: what one of them brings gives the next no time of its own.
        """
        if self._is_begun and self.is_over:
            raise TimeoutError
        self._is_begun = True
        while True:
            try:
                return act(max(0.0, min(SLICE, self._rest)))
            except TimeoutError:
                if self.is_over:
                    raise

    def lengthen(self, seconds: float) -> None:
        """Wait for so many seconds more, from now on."""
        self.is_lengthened = True
        self._start(seconds)

    def _start(self, seconds: float) -> None:
        self._rest, self._at_most = seconds, MOST * seconds
        self._looked_at, self._used = time.monotonic(), time.process_time()
        self._waits = processor_waits()

    def _look(self) -> None:
        now, used, waits = time.monotonic(), time.process_time(), processor_waits()
        longest = longest_wait(self._waits, waits)
        passed = now - self._looked_at
        # Nobody looks so late, unless the process stands still, or computes something in C.
        most = SLICE + used - self._used
        self._rest -= max(0.0, min(passed - longest, most))
        self._at_most -= min(passed, most)
        self._looked_at, self._used, self._waits = now, used, waits
        if self._at_most <= 0 < self._rest and not self.is_unfair:
            self.is_unfair = True
            Patience.unfair_ends += 1


def processor_waits() -> dict[str, float]:
    """Return for how many seconds each thread of this process was ready to go on, and had no processor.

    Only Linux tells; elsewhere there is nothing in it.
    """
    waits: dict[str, float] = {}
    with suppress(OSError):
        for thread in os.listdir("/proc/self/task"):
            # A thread may have ended meanwhile.
            path = f"/proc/self/task/{thread}/schedstat"
            with suppress(OSError, ValueError, IndexError), open(path, "rb", buffering=0) as file:
                # The second number, in nanoseconds.
                waits[thread] = int(file.read().split()[1]) / 1e9
    return waits


def longest_wait(before: dict[str, float], after: dict[str, float]) -> float:
    """Return for how many seconds one thread had no processor at most, between two `processor_waits()`."""
    return max((after[thread] - before.get(thread, 0.0) for thread in after), default=0.0)


def last_time(client: LiveClient, direction: Direction, event: Event) -> datetime:
    """Return when the client last had sent, or received, a message that has all of `event`."""
    return next(
        entry.time
        for entry in reversed(client.log)
        if entry.direction == direction and matches(json_object(entry.message), event)
    )


def first_time(client: LiveClient, direction: Direction, event: Event, after: datetime) -> datetime:
    """Return when, after that time, the client first sent, or received, a message that has all of `event`."""
    return next(
        entry.time
        for entry in client.log
        if entry.direction == direction and entry.time > after and matches(json_object(entry.message), event)
    )


def seconds_between(begin: datetime, end: datetime) -> float:
    """Return how many seconds have passed."""
    return (end - begin).total_seconds()


def sleep_until(moment: float) -> None:
    """Return at this moment of time.monotonic()."""
    time.sleep(max(0.0, moment - time.monotonic()))
