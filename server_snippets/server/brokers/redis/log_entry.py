"""An entry of the broker's log, as the processes know it and as Redis keeps it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ..presence import Guest


ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def as_json(guest: Guest) -> str:
    """Return a guest as the broker keeps it."""
    return ENCODE(vars(guest))


def as_guest(text: str) -> Guest:
    """Return a guest of whom the broker keeps this."""
    return Guest(**json.loads(text))


@dataclass
class LogEntry:
    """What one process tells all, under a number of its own."""

    kind: str
    process: str
    number: int = 0
    place: str = ""
    room: str = ""
    guest: Guest | None = None
    message: str = ""

    @property
    def about(self) -> str:
        """All but the message, as one text."""
        known = vars(self) | {"guest": vars(self.guest) if self.guest else None}
        del known["message"]
        return ENCODE(known)

    @classmethod
    def read(cls, fields: Sequence[str]) -> Self:
        """Return the entry that Redis keeps as a field named `about`, whose value is the message."""
        # One field, not one for each thing: redis-py has much work with each, whatever is in it.
        about, message = fields
        known = json.loads(about)
        guest = known.pop("guest", None)
        return cls(**known, guest=Guest(**guest) if guest else None, message=message)
