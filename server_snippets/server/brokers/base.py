"""What happens, told to all: within this process or, with a broker between them, to all processes.

When a client acts, its endpoint sends nothing to anyone. It tells the broker, and the broker brings it
back, to this process like to every other, and to all in one order. So it does not matter who is
connected where.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from ..connections.manager import Message
from ..connections.messages import Refused
from .presence import Guest, GuestList


class Unavailable(Refused):
    """The broker is away, and did not accept something, or could not say whether it did."""

    def __init__(self, detail: str = "Not delivered: the broker is away. Try again.") -> None:
        super().__init__("unavailable", detail)


@dataclass(frozen=True)
class Entry:
    """Something that has happened.

    Args:
        kind: Something was said; a guest has entered, changed, or left. A guest of this process has
            expired: all others have read that it left, because the process was silent for too long, but it
            is here, and enters again; or is taken: another has its name meanwhile. Or something was missed,
            because the process was away for longer than the log keeps, so that its clients had better
            come again.
        place: The endpoint that it is for.
        room: Where in that place.
        guest: Whom it is about, or who says it.
        message: What is said.
        history: What was said in the room before, each as JSON, for a guest of this process that enters.
        id: Its unique id; it begins with the time in milliseconds.
    """

    kind: Literal["said", "entered", "changed", "left", "expired", "taken", "missed"]
    place: str
    room: str = ""
    guest: Guest | None = None
    message: Message = ""
    history: Sequence[str] = ()
    id: str = ""


Hear = Callable[[Entry], Awaitable[None]]
Recall = Callable[[Entry], None]


def subscribe(subscribers: dict[str, Hear], place: str, hear: Hear) -> None:
    """Add a place's one subscriber; raise ValueError if it has one already, which would stop receiving."""
    if place in subscribers:
        raise ValueError(
            f"This broker has a subscriber for {place!r} already, which would receive nothing any more."
            " Include this router once, or give each a broker of its own."
        )
    subscribers[place] = hear


class Broker(Protocol):
    """Brings what an endpoint tells to that endpoint of every process.

    What returns without an exception is accepted. A broker that is away refuses, after a moment, with
    the code `unavailable`; what is patient waits for it instead; `post` and `leave` return at once, and
    are told when it is back.
    """

    process: str
    guests: GuestList

    @property
    def is_away(self) -> bool:
        """Whether it refuses what is not patient."""
        ...

    def open(self, place: str, hear: Hear, recall: Recall | None = None) -> None:
        """Deliver to a place what happens there, one entry after the other; it can be opened once.

        What had happened before this process was there is for `recall`, as far as the broker keeps it.
        """

    async def say(
        self, place: str, room: str, message: Message, *, by: Guest | None = None, keep: bool = False
    ) -> None:
        """Tell all, and keep it for the room's history if asked to; a guest who is gone says nothing."""

    async def post(self, place: str, room: str, message: Message, *, by: Guest | None = None) -> None:
        """Tell all; do not wait until that has happened."""

    async def enter(self, guest: Guest, *, patient: bool = False) -> bool:
        """Let a guest in and tell all; return False if its name is held by another."""
        ...

    async def change(self, guest: Guest, message: Message, *, patient: bool = True) -> None:
        """Tell all what has become of a guest, also of one that is new."""

    async def leave(self, guest: Guest) -> None:
        """Let a guest out and tell all; do not wait until that has happened."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Do the work for as long as the block lasts."""
        ...
