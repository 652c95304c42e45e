"""The broker of a server that is one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..connections.manager import Message
from .base import Entry, Hear, Recall, subscribe
from .history import EventIds, MessageHistory, stamp
from .presence import Guest, GuestList


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
