"""The last events on the wire: bounded, with a count of what was dropped, and someone may wait for one."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition

from websocket_lab.wire.frame import Frame
from websocket_lab.wire.marker import Event


MOST_EVENTS = 10_000


class EventLog:
    """Events, oldest first, which any thread may add and read."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._total = 0
        self._changed = Condition()

    @property
    def dropped(self) -> int:
        """How many older events are no longer kept."""
        return self._total - len(self._events)

    def add(self, events: Sequence[Event]) -> None:
        """Add events, and wake those who wait for one."""
        with self._changed:
            self._events.extend(events)
            self._total += len(events)
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget all events."""
        with self._changed:
            self._events.clear()
            self._total = 0

    def snapshot(self) -> tuple[list[Event], int]:
        """Return the events that are kept, and how many older ones were dropped."""
        with self._changed:
            return list(self._events), self.dropped

    def wait_for(self, predicate: Callable[[Frame], bool], deadline: float) -> Frame | None:
        """Return the first frame that satisfies `predicate`, or None if none does before the deadline."""
        with self._changed:
            return self._changed.wait_for(_Search(self.fresh, predicate), deadline) or None

    def fresh(self, seen: int) -> tuple[list[Event], int]:
        """Return the events after the first `seen` ones, and how many there have been."""
        # After clear() the count starts over.
        count = min(self._total - seen if seen <= self._total else self._total, len(self._events))
        return [self._events[position] for position in range(-count, 0)], self._total


class _Search:
    """Looks at each event once."""

    def __init__(
        self, fresh: Callable[[int], tuple[list[Event], int]], predicate: Callable[[Frame], bool]
    ) -> None:
        self._fresh = fresh
        self._predicate = predicate
        self._seen = 0

    def __call__(self) -> Frame | None:
        events, self._seen = self._fresh(self._seen)
        frames = (event for event in events if isinstance(event, Frame))
        return next(filter(self._predicate, frames), None)
