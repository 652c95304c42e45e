"""Times in a check: when something crossed the wire, and waiting for a moment, or for something to happen."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from websocket_lab.checking.event import Event, matches
from websocket_lab.client.client_log import Direction
from websocket_lab.client.live_client import LiveClient
from websocket_lab.panel.presence import json_object


SLICE = 0.1
# By which factor a wait may be longer, however busy the machine is.
MOST = 4.0
Result = TypeVar("Result")


class Patience:
    """Seconds of waiting; while the whole process stands still, hardly any of them pass.

    Args:
        seconds: How long to wait.
        passed: How many of them have passed already; a moment is left in any case.

    Attributes:
        is_lengthened: Whether `lengthen` has given it more time.
    """

    def __init__(self, seconds: float, passed: float = 0.0) -> None:
        self.seconds = seconds
        self._rest = max(seconds - passed, SLICE) if passed else seconds
        self.is_lengthened = self._is_begun = False
        self._looked_at, self._used = time.monotonic(), time.process_time()

    @property
    def is_over(self) -> bool:
        """Whether the time has passed; ask more often than every tenth of a second."""
        self._rest -= self._passed()
        return self._rest <= 0

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
        self._rest, self.is_lengthened = seconds, True
        self._looked_at, self._used = time.monotonic(), time.process_time()

    def _passed(self) -> float:
        now, used = time.monotonic(), time.process_time()
        # Nobody looks so late, unless the process stands still, or computes something in C.
        passed = min(now - self._looked_at, SLICE + used - self._used)
        self._looked_at, self._used = now, used
        return passed


class Deadline(Patience):
    """Seconds for the learner's code: those for which it waited for a processor do not count.

    Args:
        seconds: How long it may take where it has a processor.

    Attributes:
        is_unfair: Whether it ended all the same, because other programs had the processors for too long.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.is_unfair = False
        self._at_most = MOST * seconds
        self._waits = processor_waits()

    @property
    def is_over(self) -> bool:
        """Whether the time has passed; ask more often than every tenth of a second."""
        passed, waits = self._passed(), processor_waits()
        longest = max((waits[thread] - self._waits.get(thread, 0.0) for thread in waits), default=0.0)
        self._rest -= max(0.0, passed - longest)
        self._at_most -= passed
        self._waits = waits
        self.is_unfair = self._at_most <= 0 < self._rest
        return self._rest <= 0 or self.is_unfair


def processor_waits() -> dict[str, float]:
    """Return for how many seconds each thread of this process was ready to go on, and had no processor.

    Only Linux tells; elsewhere there is nothing in it.
    """
    waits: dict[str, float] = {}
    for file in Path("/proc/self/task").glob("*/schedstat"):
        # A thread may have ended meanwhile.
        with suppress(OSError, ValueError, IndexError):
            # The second number, in nanoseconds.
            waits[file.parent.name] = int(file.read_text().split()[1]) / 1e9
    return waits


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
