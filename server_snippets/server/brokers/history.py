"""The latest events and messages of each room, for a client that comes back and for a newcomer."""

import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from ..connections.manager import Message, as_text


@dataclass(frozen=True)
class Bounds:
    """How much is kept, in each room and in all rooms together."""

    entries: int
    room_bytes: int
    # Beyond it, the room that has been silent for longest is forgotten.
    total_bytes: int
    # What an entry takes besides its text.
    entry_bytes: int


# For a newcomer. Many clients refuse a message over 1 MiB, and the history is one message.
HISTORY = Bounds(entries=50, room_bytes=900_000, total_bytes=64 * 1024 * 1024, entry_bytes=100)
# For a client that comes back: it gets its room's events in one go, so they have to fit into its send queue.
EVENTS = Bounds(entries=5_000, room_bytes=2 * 1024 * 1024, total_bytes=16 * 1024 * 1024, entry_bytes=300)


def stamp(event: Message, event_id: str) -> str:
    """Return an event as JSON with its id, and with the time that is in the id."""
    milliseconds, _, _ = event_id.partition("-")
    moment = datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat(timespec="milliseconds")
    # Added to the text: to read and write it again would cost more than all the rest.
    return f'{as_text(event)[:-1]},"id":"{event_id}","time":"{moment[:-6]}Z"}}'


class EventIds:
    """Ids as Redis gives them: the time in milliseconds and a number, each greater than the one before."""

    def __init__(self) -> None:
        self._last = 0
        self._numbers = count()

    def next(self) -> str:
        """Return a new id."""
        now = time.time_ns() // 1_000_000
        if now > self._last:
            self._last, self._numbers = now, count()
        return f"{self._last}-{next(self._numbers)}"


class RoomEntries:
    """What one room has said last, oldest first: ids and texts."""

    __slots__ = ("bytes", "entries")

    def __init__(self) -> None:
        self.bytes = 0
        self.entries: deque[tuple[str, str]] = deque()


class RoomLog:
    """The latest entries of each room, as JSON, whether or not anyone is there."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        # The room that has been silent for longest is first.
        self._rooms: dict[str, RoomEntries] = {}
        self._bytes = 0

    def add(self, room: str, entry_id: str, text: str) -> None:
        """Keep an entry; forget the room's oldest ones, and other rooms, that are too much."""
        bounds = self._bounds
        kept = self._rooms.pop(room, None) or RoomEntries()
        self._rooms[room] = kept
        self._bytes -= kept.bytes
        kept.entries.append((entry_id, text))
        kept.bytes += len(text.encode()) + bounds.entry_bytes
        while len(kept.entries) > bounds.entries or kept.bytes > bounds.room_bytes:
            _, oldest = kept.entries.popleft()
            kept.bytes -= len(oldest.encode()) + bounds.entry_bytes
        self._bytes += kept.bytes
        while self._bytes > bounds.total_bytes:
            self._bytes -= self._rooms.pop(next(iter(self._rooms))).bytes

    def texts(self, room: str) -> list[str]:
        """Return a room's entries, oldest first."""
        kept = self._rooms.get(room)
        return [text for _, text in kept.entries] if kept else []

    def after(self, room: str, entry_id: str) -> list[str] | None:
        """Return a room's entries after this one, oldest first; None if this one is not known any more."""
        kept = self._rooms.get(room)
        texts: list[str] = []
        for known, text in reversed(kept.entries if kept else ()):
            if known == entry_id:
                return texts[::-1]
            texts.append(text)
        return None

    def clear(self) -> None:
        """Forget all: something was missed, so what comes next does not follow."""
        self._rooms.clear()
        self._bytes = 0
