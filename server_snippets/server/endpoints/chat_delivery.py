"""Delivers the chat's events to the clients of this process, wherever they were published."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi import WebSocket

from ..brokers.base import Broker, Entry
from ..brokers.history import EVENTS, RoomLog, stamp
from ..brokers.presence import Presence
from ..connections.manager import ConnectionManager, Message, as_text
from ..connections.messages import ClientError
from ..settings import Settings


# A list for each of a thousand who come at once would be a million lists.
SMALL_ROOM = 10
CHAT = "chat"
USERNAME_TAKEN = 4009
JOINED, LEFT = "joined", "left"


class UserList:
    """Sends `users` after each change; in a big room, changes close together share a list.

    Args:
        manager: Knows who is connected here.
        seconds: How long changes are gathered.
        usernames: Returns who is in a room, on whichever process.
    """

    def __init__(
        self,
        manager: ConnectionManager,
        seconds: float,
        usernames: Callable[[str], list[str]],
    ) -> None:
        self._manager = manager
        self._seconds = seconds
        self._usernames = usernames
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


def as_event(message: Message) -> dict[str, Any]:
    """Return an event, whether or not it has been made JSON of on its way."""
    event: dict[str, Any] = json.loads(message) if isinstance(message, str) else message
    return event


def presence_event(kind: str, presence: Presence) -> dict[str, Any]:
    """Return the event that says that someone has joined or left."""
    return {"type": kind, "room": presence.room, "username": presence.name}


def history_event(room: str, messages: Sequence[str]) -> str:
    """Return the history event for a newcomer, from messages that are JSON already."""
    return f'{{"type":"history","room":"{room}","messages":[{",".join(messages)}]}}'


class ChatDelivery:
    """The members of all rooms who are connected here.

    Nothing here waits, so everyone hears everything in one order.
    """

    def __init__(self, manager: ConnectionManager, settings: Settings, broker: Broker) -> None:
        self._members: dict[Presence, WebSocket] = {}
        # The last event that those have seen who come back.
        self._seen: dict[Presence, str] = {}
        self._events = RoomLog(EVENTS)
        self._manager = manager
        self._broker = broker
        self._users = UserList(manager, settings.users_seconds, self._usernames)
        # Of whom all were told that they type.
        self._typists: set[Presence] = set()
        broker.subscribe(CHAT, self.on_event, self.recall)

    @contextmanager
    def attach(self, presence: Presence, websocket: WebSocket, after: str = "") -> Iterator[None]:
        """Let a presence listen from its joining until the end of the block.

        Args:
            presence: The listener.
            websocket: Its connection.
            after: The last event that it has seen in this room, if it comes back.
        """
        self._members[presence] = websocket
        if after:
            self._seen[presence] = after
        try:
            yield
        finally:
            del self._members[presence]
            self._seen.pop(presence, None)
            self._manager.disconnect(websocket)

    async def on_event(self, entry: Entry) -> None:
        """Pass on what the broker brings."""
        match entry:
            case Entry(kind="joined", presence=Presence() as presence):
                self._joined(presence, entry)
            case Entry(kind="left", presence=Presence() as presence):
                self._left(presence, entry)
            case Entry(kind="expired", presence=Presence() as presence):
                self._expired(presence, entry)
            case Entry(kind="published", presence=Presence() as presence):
                self._said(presence, entry)
            case Entry(kind="taken", presence=Presence() as presence):
                if websocket := self._members.get(presence):
                    await websocket.close(USERNAME_TAKEN, "Username taken")
            case Entry(kind="missed"):
                self._events.clear()
                await self._manager.close_all(1012, "Come again")

    def recall(self, entry: Entry) -> None:
        """Keep what happened before this process was there, for those who come back to it."""
        match entry:
            case Entry(kind="published", message=message):
                if as_event(message)["type"] == "message":
                    self._keep(entry, message)
            case Entry(kind="joined" | "left" as kind, presence=Presence() as presence):
                self._keep(entry, presence_event(JOINED if kind == "joined" else LEFT, presence))

    def _keep(self, entry: Entry, event: Message) -> str:
        text = stamp(event, entry.id)
        self._events.add(entry.room, entry.id, text)
        return text

    def _joined(self, presence: Presence, entry: Entry) -> None:
        if websocket := self._members.get(presence):
            self._manager.register_user(presence.name, websocket)
            # One that had expired is in the room still, and has missed nothing.
            if presence.room not in self._manager.rooms_of(websocket):
                self._welcome(websocket, presence, entry)
        self._manager.broadcast_to_room(self._keep(entry, presence_event(JOINED, presence)), presence.room)
        self._users.joined(presence.room, websocket)

    def _welcome(self, websocket: WebSocket, presence: Presence, entry: Entry) -> None:
        after = self._seen.pop(presence, "")
        missed = self._events.after(presence.room, after) if after else None
        if missed is None:
            gap = [as_text({"type": "gap", "room": presence.room})] if after else []
            missed = [*gap, history_event(presence.room, entry.history)]
        for event in missed:
            self._manager.send_personal_message(event, websocket)
        self._manager.join_room(websocket, presence.room)

    def _left(self, presence: Presence, entry: Entry) -> None:
        if websocket := self._members.get(presence):
            self._manager.leave_room(websocket, presence.room)
            self._manager.unregister_user(presence.name, websocket)
        self._tell_left(presence, entry)

    def _expired(self, presence: Presence, entry: Entry) -> None:
        if websocket := self._members.get(presence):
            # It stays in the room. But private messages go to the name's holder, maybe someone else by now.
            self._manager.unregister_user(presence.name, websocket)
        self._tell_left(presence, entry)

    def _tell_left(self, presence: Presence, entry: Entry) -> None:
        if presence in self._typists:
            self._show_typing(presence, {"type": "typing", "username": presence.name, "active": False})
        self._manager.broadcast_to_room(self._keep(entry, presence_event(LEFT, presence)), presence.room)
        self._users.left(presence.room)

    def _said(self, presence: Presence, entry: Entry) -> None:
        event = as_event(entry.message)
        match event["type"]:
            case "message":
                self._users.catch_up(presence.room)
                self._manager.broadcast_to_room(self._keep(entry, entry.message), presence.room)
            case "private":
                self._whisper(presence, event)
            case "typing":
                self._show_typing(presence, event)

    def _whisper(self, presence: Presence, event: dict[str, Any]) -> None:
        receiver = event["to"]
        answer = event
        if not self._broker.presences.find(CHAT, receiver):
            answer = ClientError("unknown_user", f"Nobody here is called {receiver!r}."[:100]).error
        self._manager.send_to_user(event, receiver)
        if presence.name != receiver and (websocket := self._members.get(presence)):
            self._manager.send_personal_message(answer, websocket)

    def _show_typing(self, presence: Presence, event: dict[str, Any]) -> None:
        note = self._typists.add if event["active"] else self._typists.discard
        note(presence)
        websocket = self._members.get(presence)
        self._manager.broadcast_to_room(event, presence.room, but={websocket} if websocket else ())

    def _usernames(self, room: str) -> list[str]:
        return self._broker.presences.names(CHAT, room)
