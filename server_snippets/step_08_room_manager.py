"""Step 8, the room manager: the connection manager learns who is in which room, and who is who.

New since step 4: rooms are sets of clients, and a name belongs to one client at a time.
Run it: it is used by server_snippets.step_08_chat_rooms
"""

# %% imports
import asyncio

from fastapi import WebSocket

from server_snippets.step_04_connection_manager import ConnectionManager


# %% rooms
class RoomManager(ConnectionManager):
    """A connection manager with rooms: a room is a set of clients."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, set[WebSocket]] = {}

    def join_room(self, websocket: WebSocket, room: str) -> None:
        """Make a client a member of `room`."""
        self.rooms.setdefault(room, set()).add(websocket)

    def leave_room(self, websocket: WebSocket, room: str) -> None:
        """Take a client out of `room`; an empty room is forgotten."""
        self.rooms.get(room, set()).discard(websocket)
        if not self.rooms.get(room):
            self.rooms.pop(room, None)

    def disconnect(self, websocket: WebSocket) -> None:
        """Forget a client, and take it out of every room."""
        super().disconnect(websocket)
        # Loop over a copy: an empty room is taken out of the dict.
        for room in list(self.rooms):
            self.leave_room(websocket, room)

    async def broadcast_to_room(self, message: str, room: str) -> None:
        """Send `message` to every member of `room` at once."""
        members = self.rooms.get(room, set())
        await asyncio.gather(*[self.send_personal_message(message, member) for member in members])


# %% users
class ChatManager(RoomManager):
    """A room manager with users: a name belongs to one client at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.users: dict[str, WebSocket] = {}

    def register_user(self, username: str, websocket: WebSocket) -> bool:
        """Give a client a name and return True; return False if another client holds it."""
        return self.users.setdefault(username, websocket) is websocket

    def unregister_user(self, username: str, websocket: WebSocket) -> None:
        """Free a name if this client holds it; somebody else's stays."""
        if self.users.get(username) is websocket:
            del self.users[username]

    async def send_to_user(self, message: str, username: str) -> None:
        """Send `message` to whoever holds the name, if anybody does."""
        if username in self.users:
            await self.send_personal_message(message, self.users[username])
