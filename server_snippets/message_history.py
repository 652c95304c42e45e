"""What was said lately in each room."""

from collections import deque


MAX_MESSAGES = 50
# Many clients refuse a message over 1 MiB, and the history is one message.
MAX_BYTES = 900_000
# All rooms together; beyond it, the room that has been silent for longest is forgotten.
MAX_HISTORY_BYTES = 64 * 1024 * 1024
# What a message takes besides its text.
MESSAGE_BYTES = 100


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
