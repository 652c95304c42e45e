"""An entry of the broker's log, as the processes know it and as Redis keeps it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ..presence import Presence


ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def as_json(presence: Presence) -> str:
    """Return a presence as the broker keeps it."""
    return ENCODE(vars(presence))


def as_presence(text: str) -> Presence:
    """Return the presence of which the broker keeps this."""
    return Presence(**json.loads(text))


@dataclass
class LogEntry:
    """What one process tells all, under a number of its own."""

    kind: str
    process: str
    number: int = 0
    place: str = ""
    room: str = ""
    presence: Presence | None = None
    message: str = ""

    @property
    def about(self) -> str:
        """All but the message, as one text."""
        known = vars(self) | {"presence": vars(self.presence) if self.presence else None}
        del known["message"]
        return ENCODE(known)

    @classmethod
    def read(cls, fields: Sequence[str]) -> Self:
        """Return the entry that Redis keeps as a field named `about`, whose value is the message."""
        # One field, not one for each thing: redis-py has much work with each, whatever is in it.
        about, message = fields
        known = json.loads(about)
        presence = known.pop("presence", None)
        return cls(**known, presence=Presence(**presence) if presence else None, message=message)
