"""Step 10, the message log: the last messages, each with a number, for those who come back.

New since step 9: a client that names the last number it saw gets what it missed.
Used by: server_snippets.step_10_heartbeat
"""

# %% imports
from collections import deque
from typing import Any


Event = dict[str, Any]


# %% log
class MessageLog:
    """The last messages, numbered from 1 on.

    Args:
        kept: How many of them; an older one is forgotten.
    """

    def __init__(self, kept: int = 100) -> None:
        self.last_id = 0
        self._events: deque[Event] = deque(maxlen=kept)

    def add(self, text: str) -> Event:
        """Return `text` as the next message, and keep it."""
        self.last_id += 1
        event = {"type": "message", "id": self.last_id, "text": text}
        self._events.append(event)
        return event

    def next(self, number: int) -> Event | None:
        """Return the first message behind message `number`, or None; a gap stands for forgotten ones."""
        oldest = self.last_id - len(self._events) + 1
        if number >= self.last_id:
            return None
        if number + 1 < oldest:
            return {"type": "gap", "id": oldest - 1, "forgotten": oldest - 1 - max(number, 0)}
        return self._events[number + 1 - oldest]
