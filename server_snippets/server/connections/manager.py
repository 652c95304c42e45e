"""The connected clients, their rooms and their names.

Sending never waits for a client, so `broadcast` is not `async`: messages go into send_queues, and what one
handler does between two messages happens for everyone in the same order. This is the place where a faster
way to send goes in.
"""

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from ..transport.backlog import SlowClients
from ..transport.encoded_message import EncodedMessage
from .send_queue import SendQueue, open_send_queue


# A text as it is, or an event that becomes JSON.
Message = str | dict[str, Any]


def as_text(message: Message) -> str:
    """Return a text as it is and anything else as JSON."""
    if isinstance(message, str):
        return message
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def put_into(send_queues: Iterable[SendQueue], message: Message) -> None:
    """Encode `message` once, and put it into each send_queue."""
    encoded = EncodedMessage(as_text(message))
    for send_queue in send_queues:
        send_queue.put(encoded)


class ConnectionManager:
    """The clients of one endpoint, and how to speak to one, to a room, or to all of them."""

    def __init__(self, slow_clients: SlowClients = SlowClients.DISCONNECT) -> None:
        self._slow_clients = slow_clients
        self.active_connections: dict[WebSocket, SendQueue] = {}
        # The send queue stands beside each member, so that fan-out looks nothing up.
        self.rooms: dict[str, dict[WebSocket, SendQueue]] = {}
        self.users: dict[str, WebSocket] = {}
        # The same the other way round, so that forgetting a client takes no search.
        self._rooms_of: dict[WebSocket, set[str]] = {}
        self._names: dict[WebSocket, str] = {}

    async def connect(self, websocket: WebSocket) -> None:
        """Accept a client and remember it."""
        await websocket.accept()
        self.active_connections[websocket] = open_send_queue(websocket, self._slow_clients)

    def disconnect(self, websocket: WebSocket) -> None:
        """Forget a client, its rooms and its names; one that is forgotten already stays so."""
        if send_queue := self.active_connections.pop(websocket, None):
            send_queue.close()
        for room in self._rooms_of.pop(websocket, ()):
            self.leave_room(websocket, room)
        self.unregister_user(self._names.get(websocket, ""), websocket)

    def send_personal_message(self, message: Message, websocket: WebSocket) -> None:
        """Send `message` to one client."""
        if send_queue := self.active_connections.get(websocket):
            put_into([send_queue], message)

    def broadcast(self, message: Message) -> None:
        """Send `message` to every client."""
        put_into(self.active_connections.values(), message)

    async def close_all(self, code: int, reason: str) -> None:
        """Close every connection."""
        for websocket in list(self.active_connections):
            # One that is being closed already cannot be closed again.
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.close(code, reason)

    def join_room(self, websocket: WebSocket, room: str) -> None:
        """Make a client a member of `room`; one that has left already stays out."""
        if send_queue := self.active_connections.get(websocket):
            self.rooms.setdefault(room, {})[websocket] = send_queue
            self._rooms_of.setdefault(websocket, set()).add(room)

    def leave_room(self, websocket: WebSocket, room: str) -> None:
        """Take a client out of `room`; a room without members is gone, as if it had never been."""
        members = self.rooms.get(room, {})
        members.pop(websocket, None)
        if not members:
            self.rooms.pop(room, None)
        self._rooms_of.get(websocket, set()).discard(room)

    def rooms_of(self, websocket: WebSocket) -> Collection[str]:
        """Return the rooms that a client is a member of."""
        return self._rooms_of.get(websocket, ())

    def broadcast_to_room(self, message: Message, room: str, *, but: Collection[WebSocket] = ()) -> None:
        """Send `message` to every member of `room`, except those in `but`."""
        members = self.rooms.get(room, {})
        if but:
            members = {member: send_queue for member, send_queue in members.items() if member not in but}
        put_into(members.values(), message)

    def register_user(self, username: str, websocket: WebSocket) -> bool:
        """Give a client its name and return True; return False if another client holds that name."""
        if self.users.get(username, websocket) is not websocket:
            return False

        self.unregister_user(self._names.get(websocket, ""), websocket)
        self.users[username] = websocket
        self._names[websocket] = username
        return True

    def unregister_user(self, username: str, websocket: WebSocket) -> None:
        """Free a name if this client holds it; somebody else's stays."""
        if self.users.get(username) is websocket:
            del self.users[username], self._names[websocket]

    def send_to_user(self, message: Message, username: str) -> bool:
        """Send `message` to whoever holds the name; return False if nobody does."""
        if username not in self.users:
            return False

        self.send_personal_message(message, self.users[username])
        return True
