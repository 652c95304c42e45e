"""What happens, told to all: within this process or, with a broker between them, to all processes.

When a client acts, its endpoint sends nothing to anyone. It tells the broker, and the broker brings it
back, to this process like to every other, and to all in one order. So it does not matter who is
connected where.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from server_snippets.connection_manager import Message
from server_snippets.event_log import EventIds, stamp
from server_snippets.guest_list import Guest, GuestList
from server_snippets.incoming import Refused
from server_snippets.message_history import MessageHistory


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


class MemoryBroker:
    """The broker of a server that is one process: all is heard at once, and nothing is ever away."""

    def __init__(self) -> None:
        self.process = ""
        self.guests = GuestList()
        self.is_away = False
        self._hear: dict[str, Hear] = {}
        self._history = MessageHistory()
        self._ids = EventIds()

    def open(self, place: str, hear: Hear, recall: Recall | None = None) -> None:
        """Deliver to a place what happens there; nothing has happened before."""
        subscribe(self._hear, place, hear)

    async def say(
        self, place: str, room: str, message: Message, *, by: Guest | None = None, keep: bool = False
    ) -> None:
        """Tell all in this loop turn."""
        entry = Entry("said", place, room, by, message, id=self._ids.next())
        if keep:
            self._history.add(room, stamp(message, entry.id))
        await self._hear[place](entry)

    async def post(self, place: str, room: str, message: Message, *, by: Guest | None = None) -> None:
        """Tell all in this loop turn."""
        await self.say(place, room, message, by=by)

    async def enter(self, guest: Guest, *, patient: bool = False) -> bool:
        """Let a guest in if its name is free."""
        if self.guests.find(guest.place, guest.name):
            return False

        self.guests.put(guest)
        history = self._history.messages(guest.room)
        await self._hear[guest.place](
            Entry("entered", guest.place, guest.room, guest, history=history, id=self._ids.next())
        )
        return True

    async def change(self, guest: Guest, message: Message, *, patient: bool = True) -> None:
        """Tell all in this loop turn."""
        self.guests.put(guest)
        await self._hear[guest.place](Entry("changed", guest.place, guest.room, guest, message))

    async def leave(self, guest: Guest) -> None:
        """Let a guest out; one that is not there stays away."""
        if guest not in self.guests:
            return

        self.guests.remove(guest)
        await self._hear[guest.place](Entry("left", guest.place, guest.room, guest, id=self._ids.next()))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do nothing: there is nothing to start."""
        yield
