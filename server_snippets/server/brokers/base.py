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
from ..connections.messages import ClientError
from .presence import Presence, PresenceRegistry


class Unavailable(ClientError):
    """The broker is away, and did not accept something, or could not say whether it did."""

    def __init__(self, detail: str = "Not delivered: the broker is away. Try again.") -> None:
        super().__init__("unavailable", detail)


@dataclass(frozen=True)
class Entry:
    """Something that has happened.

    Args:
        kind: Something was published; a presence has joined, was updated, or has left. A presence of this
            process has expired: all others have read that it left, because the process was silent for too
            long, but it is here, and joins again; or is taken: another has its name meanwhile. Or something
            was missed, because the process was away for longer than the log keeps, so that its clients had
            better come again.
        place: The endpoint that it is for.
        room: Where in that place.
        presence: Whom it is about, or who says it.
        message: What is said.
        history: What was said in the room before, each as JSON, for a presence of this process that enters.
        id: Its unique id; it begins with the time in milliseconds.
    """

    kind: Literal["published", "joined", "updated", "left", "expired", "taken", "missed"]
    place: str
    room: str = ""
    presence: Presence | None = None
    message: Message = ""
    history: Sequence[str] = ()
    id: str = ""


OnEvent = Callable[[Entry], Awaitable[None]]
Recall = Callable[[Entry], None]


def add_subscriber(subscribers: dict[str, OnEvent], place: str, on_event: OnEvent) -> None:
    """Add a place's one subscriber; raise ValueError if it has one already, which would stop receiving."""
    if place in subscribers:
        raise ValueError(
            f"This broker has a subscriber for {place!r} already, which would receive nothing any more."
            " Include this router once, or give each a broker of its own."
        )
    subscribers[place] = on_event


class Broker(Protocol):
    """Brings what an endpoint tells to that endpoint of every process.

    What returns without an exception is accepted. A broker that is away rejects, after a moment, with
    the code `unavailable`; what says `wait` waits for it instead; `post` and `leave` return at once, and
    are told when it is back.
    """

    process: str
    presences: PresenceRegistry

    @property
    def is_away(self) -> bool:
        """Whether it rejects what does not wait."""
        ...

    def subscribe(self, place: str, on_event: OnEvent, recall: Recall | None = None) -> None:
        """Deliver to a place what happens there, one entry after the other; it can be opened once.

        What had happened before this process was there is for `recall`, as far as the broker keeps it.
        """

    async def publish(
        self, place: str, room: str, message: Message, *, by: Presence | None = None, keep: bool = False
    ) -> None:
        """Publish to all, and keep it for the room's history if asked to; who is gone publishes nothing."""

    async def publish_soon(
        self, place: str, room: str, message: Message, *, by: Presence | None = None
    ) -> None:
        """Publish to all; do not wait until that has happened."""

    async def join(self, presence: Presence, *, wait: bool = False) -> bool:
        """Add a presence and tell all; return False if its name is held by another."""
        ...

    async def update(self, presence: Presence, message: Message, *, wait: bool = True) -> None:
        """Tell all how a presence has changed, also one that is new."""

    async def leave(self, presence: Presence) -> None:
        """Remove a presence and tell all; do not wait until that has happened."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Do the work for as long as the block lasts."""
        ...
