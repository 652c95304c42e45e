"""Tells the members of a room who is in it."""

import asyncio
from collections.abc import Callable

from fastapi import WebSocket

from server_snippets.connection_manager import ConnectionManager


# A list for each of a thousand who come at once would be a million lists.
SMALL_ROOM = 10


class UserList:
    """Sends `users` after each change; in a big room, changes close together share a list.

    Args:
        manager: Knows who is connected here.
        seconds: How long changes are gathered.
        usernames: Returns who is in a room, if others than those connected here may be.
    """

    def __init__(
        self,
        manager: ConnectionManager,
        seconds: float,
        usernames: Callable[[str], list[str]] | None = None,
    ) -> None:
        self._manager = manager
        self._seconds = seconds
        self._usernames = usernames or manager.users_in_room
        self._delayed: dict[str, asyncio.Task[None]] = {}
        # Who has heard the list as it is now.
        self._told: dict[str, set[WebSocket]] = {}

    def joined(self, room: str, newcomer: WebSocket | None) -> None:
        """Tell everyone about a newcomer, and the newcomer, if it is connected here, about everyone."""
        self._told[room] = {newcomer} if newcomer else set()
        if newcomer:
            self._manager.send_personal_message(self._event(room), newcomer)
        self._tell_soon(room)

    def left(self, room: str) -> None:
        """Tell those who stay."""
        self._told[room] = set()
        self._tell_soon(room)

    def catch_up(self, room: str) -> None:
        """Send a list that is still being gathered now, because something else is about to be said."""
        if delayed := self._delayed.pop(room, None):
            delayed.cancel()
            self._tell(room)

    def _tell_soon(self, room: str) -> None:
        if room in self._delayed:
            return

        if len(self._manager.rooms.get(room, ())) > SMALL_ROOM:
            self._delayed[room] = asyncio.create_task(self._tell_later(room))
        else:
            self._tell(room)

    async def _tell_later(self, room: str) -> None:
        await asyncio.sleep(self._seconds)
        del self._delayed[room]
        self._tell(room)

    def _tell(self, room: str) -> None:
        told = self._told.pop(room, set())
        self._manager.broadcast_to_room(self._event(room), room, but=told)

    def _event(self, room: str) -> dict[str, object]:
        return {"type": "users", "room": room, "users": self._usernames(room)}
