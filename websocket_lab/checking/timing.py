"""Times in a check: when something crossed the wire, and waiting for a moment, or for something to happen."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from websocket_lab.checking.event import Event, matches
from websocket_lab.client.client_log import Direction
from websocket_lab.client.live_client import LiveClient
from websocket_lab.panel.presence import json_object


SLICE = 0.1
Result = TypeVar("Result")


class Patience:
    """Seconds of waiting; where the whole process stands still meanwhile, hardly any of them pass.

    Args:
        seconds: How long to wait.
    """

    def __init__(self, seconds: float) -> None:
        self._rest = seconds
        self._looked_at = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether the time has passed; ask more often than every tenth of a second."""
        now = time.monotonic()
        self._rest -= min(now - self._looked_at, SLICE)
        self._looked_at = now
        return self._rest <= 0

    def wait(self, act: Callable[[float], Result]) -> Result:
        """Return what `act` returns, which takes the seconds that it may wait; TimeoutError at the end."""
        while True:
            try:
                return act(max(0.0, min(SLICE, self._rest)))
            except TimeoutError:
                if self.is_over:
                    raise


def last_time(client: LiveClient, direction: Direction, event: Event) -> datetime:
    """Return when the client last sent, or received, a message that has all of `event`."""
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


def sleep_until(moment: float) -> None:
    """Return at this moment of time.monotonic()."""
    time.sleep(max(0.0, moment - time.monotonic()))
