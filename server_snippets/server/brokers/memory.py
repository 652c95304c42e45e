"""The broker of a server that is one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..connections.manager import Message
from .base import Entry, OnEvent, Recall, add_subscriber
from .history import HISTORY, EventIds, RoomLog, stamp
from .presence import Presence, PresenceRegistry


class MemoryBroker:
    """The broker of a server that is one process: all is heard at once, and nothing is ever away."""

    def __init__(self) -> None:
        self.process = ""
        self.presences = PresenceRegistry()
        self.is_away = False
        self._subscribers: dict[str, OnEvent] = {}
        self._history = RoomLog(HISTORY)
        self._ids = EventIds()

    def subscribe(self, place: str, on_event: OnEvent, recall: Recall | None = None) -> None:
        """Deliver to a place what happens there; nothing has happened before."""
        add_subscriber(self._subscribers, place, on_event)

    async def publish(
        self, place: str, room: str, message: Message, *, by: Presence | None = None, keep: bool = False
    ) -> None:
        """Tell all in this loop turn."""
        entry = Entry("published", place, room, by, message, id=self._ids.next())
        if keep:
            self._history.add(room, entry.id, stamp(message, entry.id))
        await self._subscribers[place](entry)

    async def publish_soon(
        self, place: str, room: str, message: Message, *, by: Presence | None = None
    ) -> None:
        """Tell all in this loop turn."""
        await self.publish(place, room, message, by=by)

    async def join(self, presence: Presence, *, wait: bool = False) -> bool:
        """Add a presence if its name is free."""
        if self.presences.find(presence.place, presence.name):
            return False

        self.presences.put(presence)
        history = self._history.texts(presence.room)
        await self._subscribers[presence.place](
            Entry("joined", presence.place, presence.room, presence, history=history, id=self._ids.next())
        )
        return True

    async def update(self, presence: Presence, message: Message, *, wait: bool = True) -> None:
        """Tell all in this loop turn."""
        self.presences.put(presence)
        await self._subscribers[presence.place](
            Entry("updated", presence.place, presence.room, presence, message)
        )

    async def leave(self, presence: Presence) -> None:
        """Remove a presence; one that is not there stays away."""
        if presence not in self.presences:
            return

        self.presences.remove(presence)
        await self._subscribers[presence.place](
            Entry("left", presence.place, presence.room, presence, id=self._ids.next())
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do nothing: there is nothing to start."""
        yield
