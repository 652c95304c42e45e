"""What was said lately in each room."""

from collections import deque
from typing import Any


Event = dict[str, Any]

MAX_MESSAGES = 50
# Many clients refuse a message over 1 MiB, and the history is one message.
MAX_BYTES = 900_000
# A room that all have left is remembered until this many others were left after it.
MAX_EMPTY_ROOMS = 100


class MessageHistory:
    """The last 50 messages of each room, oldest first."""

    def __init__(self) -> None:
        self._rooms: dict[str, deque[Event]] = {}
        # The rooms without members, those left longest ago first.
        self._empty: dict[str, None] = {}

    def add(self, room: str, event: Event) -> None:
        """Remember what was said in `room`."""
        events = self._rooms.setdefault(room, deque(maxlen=MAX_MESSAGES))
        events.append(event)
        while sum(len(event["text"].encode()) for event in events) > MAX_BYTES:
            events.popleft()

    def enter(self, room: str) -> list[Event]:
        """Return what was said in a room that someone enters."""
        self._empty.pop(room, None)
        return list(self._rooms.get(room, ()))

    def empty(self, room: str) -> None:
        """Note that all have left `room`; of too many such rooms, forget the one left longest ago."""
        if room in self._rooms:
            self._empty[room] = None
        if len(self._empty) > MAX_EMPTY_ROOMS:
            oldest = next(iter(self._empty))
            del self._empty[oldest], self._rooms[oldest]
