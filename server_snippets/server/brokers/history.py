"""The latest events and messages of each room, for a client that comes back and for a newcomer."""

import time
from collections import deque
from datetime import UTC, datetime
from itertools import count

from ..connections.manager import Message, as_text


# A client that comes back gets its room's events in one go, so they have to fit into its send queue.
MAX_ROOM_EVENTS = 5_000
MAX_ROOM_BYTES = 2 * 1024 * 1024
# Beyond it, the room that has been silent for longest is forgotten.
MAX_EVENTS_BYTES = 16 * 1024 * 1024
# What an event takes besides its text.
EVENT_BYTES = 300
MAX_MESSAGES = 50
# Many clients refuse a message over 1 MiB, and the history is one message.
MAX_BYTES = 900_000
# All rooms together; beyond it, the room that has been silent for longest is forgotten.
MAX_HISTORY_BYTES = 64 * 1024 * 1024
# What a message takes besides its text.
MESSAGE_BYTES = 100


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


class RoomEvents:
    """The latest events of one room, oldest first."""

    def __init__(self) -> None:
        self.bytes = 0
        self._events: deque[tuple[str, str]] = deque()

    def add(self, event_id: str, text: str) -> None:
        """Keep an event, and forget the oldest ones that are too much."""
        self._events.append((event_id, text))
        self.bytes += len(text) + EVENT_BYTES
        while len(self._events) > MAX_ROOM_EVENTS or self.bytes > MAX_ROOM_BYTES:
            _, oldest = self._events.popleft()
            self.bytes -= len(oldest) + EVENT_BYTES

    def after(self, event_id: str) -> list[str] | None:
        """Return the events after this one, oldest first; None if this one is not known any more."""
        texts: list[str] = []
        for known, text in reversed(self._events):
            if known == event_id:
                return texts[::-1]
            texts.append(text)
        return None


class EventLog:
    """The latest events of all rooms, as one process has read them."""

    def __init__(self) -> None:
        # The room that has been silent for longest is first.
        self._rooms: dict[str, RoomEvents] = {}
        self._bytes = 0

    def add(self, room: str, event: Message, event_id: str) -> str:
        """Give an event its id, keep it, and return it as JSON."""
        text = stamp(event, event_id)
        events = self._rooms.pop(room, None) or RoomEvents()
        self._rooms[room] = events
        self._bytes -= events.bytes
        events.add(event_id, text)
        self._bytes += events.bytes
        while self._bytes > MAX_EVENTS_BYTES:
            self._bytes -= self._rooms.pop(next(iter(self._rooms))).bytes
        return text

    def after(self, room: str, event_id: str) -> list[str] | None:
        """Return a room's events after this one, oldest first; None if this one is not known any more."""
        events = self._rooms.get(room)
        return events.after(event_id) if events else None

    def clear(self) -> None:
        """Forget all: something was missed, so what comes next does not follow."""
        self._rooms.clear()
        self._bytes = 0


class RoomHistory:
    """The last messages of one room, oldest first."""

    def __init__(self) -> None:
        self.bytes = 0
        self.messages: deque[str] = deque()

    def add(self, message: str) -> None:
        """Keep a message, and forget the oldest ones that are too much."""
        self.messages.append(message)
        self.bytes += size_of(message)
        while len(self.messages) > MAX_MESSAGES or self.bytes > MAX_BYTES:
            self.bytes -= size_of(self.messages.popleft())


class MessageHistory:
    """The last 50 messages of each room, as JSON, whether or not anyone is there."""

    def __init__(self) -> None:
        # The room that has been silent for longest is first.
        self._rooms: dict[str, RoomHistory] = {}
        self._bytes = 0

    def add(self, room: str, message: str) -> None:
        """Remember what was said in a room."""
        history = self._rooms.pop(room, None) or RoomHistory()
        self._rooms[room] = history
        self._bytes -= history.bytes
        history.add(message)
        self._bytes += history.bytes
        while self._bytes > MAX_HISTORY_BYTES:
            self._bytes -= self._rooms.pop(next(iter(self._rooms))).bytes

    def messages(self, room: str) -> list[str]:
        """Return what was said in a room, oldest first."""
        history = self._rooms.get(room)
        return list(history.messages) if history else []


def size_of(message: str) -> int:
    """Return what a message takes."""
    return len(message.encode()) + MESSAGE_BYTES
