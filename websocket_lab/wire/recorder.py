"""Keeps what crossed the wire; the buffered recorder lets the wire go first and decodes a moment later."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, RLock
from time import perf_counter

from websocket_lab.display.sequence_diagram import Arrow, Kind, SequenceDiagram
from websocket_lab.wire.client_names import lane_name
from websocket_lab.wire.connection import Ending, How, Side, WireConnection
from websocket_lab.wire.frame import Frame
from websocket_lab.wire.marker import Event


MOST_CONNECTIONS = 500
logger = logging.getLogger(__name__)
LATER = 0.005
# Between two slices other threads get their turn: a cell that runs must not feel a busy wire.
SLICE_SECONDS = 0.001
SLICE_BYTES = 8192
# Where decoding cannot keep pace, the wire waits for it, so that memory stays bounded.
MOST_WAITING = 2_000_000
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


class WireRecorder:
    """The last 500 connections, and the last 10,000 events on them; any thread may feed and read it."""

    def __init__(self) -> None:
        self._log = EventLog()
        self._opened = 0
        self._connections: deque[WireConnection] = deque(maxlen=MOST_CONNECTIONS)
        self._callbacks: list[Callable[[], None]] = []
        self._feeding = RLock()

    @property
    def connections(self) -> list[WireConnection]:
        """The connections, in the order in which they were opened."""
        return list(self._connections)

    @property
    def events(self) -> list[Event]:
        """What crossed, oldest first: HTTP heads, frames, faults, and bytes that make no sense."""
        return self._snapshot()[0]

    @property
    def dropped(self) -> int:
        """How many older events are no longer kept."""
        return self._snapshot()[1]

    @property
    def transcript(self) -> str:
        """Everything that is kept, as text, one line for each event."""
        return self.diagram(last=MOST_EVENTS).text

    def open(self, port: int = 0) -> WireConnection:
        """Return a new connection, from a client's TCP port."""
        with self._feeding:
            self._opened += 1
            connection = WireConnection(self._opened, port, self._claim, self._recall)
            self._connections.append(connection)
        return connection

    def feed(self, connection: WireConnection, from_client: bool, data: bytes) -> None:
        """Record what one side of a connection sent."""
        with self._feeding:
            self._settle()
            events = connection.feed(from_client, data)
            self._log.add(events)
        if events:
            self._tell()

    def end(self, connection: WireConnection, by: Side, how: How) -> None:
        """Record that a side ended TCP, in order (FIN) or by a reset (RST)."""
        with self._feeding:
            self._settle()
            self._log.add(connection.end(Ending(by, how)))
        self._tell()

    def note(self, connection: WireConnection, label: str, kind: Kind = Kind.FAULT) -> None:
        """Record what is neither side's doing, such as a fault that we made."""
        with self._feeding:
            self._settle()
            self._log.add(connection.note(label, kind))
        self._tell()

    def frames(self, name: str | None = None) -> list[Frame]:
        """Return the frames that crossed, oldest first: all, or those on one client's lane."""
        return [event for event in _named(self.events, name) if isinstance(event, Frame)]

    def arrows(self, name: str | None = None) -> list[Arrow]:
        """Return what crossed as arrows of a diagram, oldest first: all, or those on one client's lane."""
        return [event.arrow for event in _named(self.events, name)]

    def diagram(
        self, last: int = 30, name: str | None = None, without: Sequence[str] = ()
    ) -> SequenceDiagram:
        """Return the last arrows as a sequence diagram: all, or those on one client's lane.

        Args:
            last: How many arrows.
            name: Whose lane; everyone's, if left out.
            without: Words that an arrow's label must not hold.
        """
        events, dropped = self._snapshot()
        named = [event for event in _named(events, name) if not _holds(event, without)]
        shown = named[-last:] if last > 0 else []
        # Whose lane the dropped ones were on is no longer known.
        hidden = len(named) - len(shown) + (dropped if name is None else 0)
        lanes = self._lanes(shown) if name is None else [name]
        return SequenceDiagram(lanes, [event.arrow for event in shown], hidden=hidden)

    def clear(self) -> None:
        """Forget what crossed, and the connections that have ended."""
        with self._feeding:
            self._settle()
            self._log.clear()
            alive = [connection for connection in self._connections if not connection.has_left]
            self._connections = deque(alive, maxlen=MOST_CONNECTIONS)
        self._tell()

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call `callback` after each change, on the thread that feeds the recorder."""
        self._callbacks.append(callback)

    def wait_for(self, predicate: Callable[[Frame], bool], deadline: float = 5.0) -> Frame:
        """Return the first frame that satisfies `predicate`, waiting up to `deadline` seconds for it.

        Raises:
            TimeoutError: No such frame crossed in time.
        """
        self._snapshot()
        frame = self._log.wait_for(predicate, deadline)
        if frame is None:
            last = [f"The last event was: {event}" for event in self.events[-1:]]
            raise TimeoutError(
                f"No such frame crossed within {deadline:g} s. {''.join(last) or 'Nothing did.'}"
            )
        return frame

    def _settle(self) -> None:
        """Decode what has come and was left for later: here, nothing."""

    def _snapshot(self) -> tuple[list[Event], int]:
        with self._feeding:
            self._settle()
            return self._log.snapshot()

    def _tell(self) -> None:
        for callback in self._callbacks:
            try:
                callback()
            except Exception:
                # The wire goes on, whatever someone who watches it does.
                logger.exception("A callback of on_change() failed.")

    def _claim(self, name: str) -> str:
        return lane_name(name, {other.name for other in self._connections if not other.has_left})

    def _recall(self, number: int) -> list[Event]:
        return [event for event in self.events if event.connection == number]

    def _lanes(self, shown: Sequence[Event]) -> list[str]:
        busy = {event.client for event in shown}
        busy |= {connection.name for connection in self._connections if not connection.has_left}
        lanes = [connection.name for connection in self._connections if connection.name in busy]
        return [name for name in dict.fromkeys(lanes) if name]


def _holds(event: Event, words: Sequence[str]) -> bool:
    # An arrow is not made for nothing: there may be 10,000 events.
    return bool(words) and any(word in event.arrow.label for word in words)


def _named(events: Sequence[Event], name: str | None) -> list[Event]:
    return [event for event in events if name in (None, event.client)]


class BufferedRecorder(WireRecorder):
    """A recorder that is fed on an event loop; whoever reads it gets everything that has crossed."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[tuple[WireConnection, bool, bytes]] = deque()
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._has_news = False

    def feed(self, connection: WireConnection, from_client: bool, data: bytes) -> None:
        """Record what one side of a connection sent: the handshake at once, frames a moment later."""
        if not connection.is_websocket:
            super().feed(connection, from_client, data)
            return

        for start in range(0, len(data), SLICE_BYTES):
            self._waiting.append((connection, from_client, data[start : start + SLICE_BYTES]))
        self._size += len(data)
        if self._size > MOST_WAITING:
            with self._feeding:
                self._settle()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATER, self._decode_a_slice)

    def _settle(self) -> None:
        while self._waiting:
            self._decode_next()

    def _decode_next(self) -> None:
        connection, from_client, data = self._waiting.popleft()
        self._size -= len(data)
        events = connection.feed(from_client, data)
        self._log.add(events)
        self._has_news |= bool(events)

    def _decode_a_slice(self) -> None:
        self._timer = None
        # Another thread may be reading, and decoding for itself: the wire does not wait for it.
        if self._feeding.acquire(blocking=False):
            try:
                end = perf_counter() + SLICE_SECONDS
                while self._waiting and perf_counter() < end:
                    self._decode_next()
            finally:
                self._feeding.release()
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(0, self._decode_a_slice)
        if self._has_news:
            self._has_news = False
            self._tell()
