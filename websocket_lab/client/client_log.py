"""What a live client has sent, received and noticed, with the time of each."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


Direction = Literal["sent", "received", "event"]
ARROWS: dict[Direction, str] = {"sent": "→", "received": "←", "event": "·"}


@dataclass(frozen=True)
class LogEntry:
    """One line of a client's log: a message, or an event such as `connected`."""

    direction: Direction
    message: str | bytes
    time: datetime = field(default_factory=datetime.now)

    def __str__(self) -> str:
        """Return the entry as one line of text, with its time, arrow and direction in words."""
        return (
            f"{self.time:%H:%M:%S.%f}"[:-3]
            + f" {ARROWS[self.direction]} {self.direction:<8} {self.message!s}"
        )


def transcript(entries: Iterable[LogEntry]) -> str:
    """Return the entries as text, one line each."""
    return "\n".join(map(str, entries))


def json_object(message: str | bytes) -> dict[str, Any] | None:
    """Return the JSON object that a text message holds, or None if it holds something else."""
    if not isinstance(message, str) or not message.lstrip().startswith("{"):
        return None

    try:
        value = json.loads(message)
    except (ValueError, RecursionError):
        return None

    return value if isinstance(value, dict) else None
