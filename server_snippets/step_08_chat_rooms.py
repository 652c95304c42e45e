"""Step 8, chat rooms: a room's members receive what is said there, and a name belongs to one client.

New since step 7: the address names a room and a user. Exercises 4 to 7 extend `ChatServer`.
Run it: uvicorn server_snippets.step_08_chat_rooms:app
"""

# %% imports
import asyncio
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

# %% manager_imports
from server_snippets.step_04_connection_manager import ConnectionManager

# %% message_imports
from server_snippets.step_07_json_messages import explain, reply, texts


# %% manager
class RoomManager(ConnectionManager):
    """A connection manager with rooms, which are sets of clients, and with names, one client each."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, set[WebSocket]] = {}
        self.users: dict[str, WebSocket] = {}

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

    async def broadcast_to_room(
        self, message: str, room: str, *, but: Collection[WebSocket] = frozenset()
    ) -> None:
        """Send `message` to every member of `room` at once, except those in `but`."""
        members = self.rooms.get(room, set()).difference(but)
        await asyncio.gather(*[self.send_personal_message(message, member) for member in members])

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


# %% actions
class Say(BaseModel):
    """Say something to the room."""

    action: Literal["message"]
    text: str


class Typing(BaseModel):
    """Show the others that you are typing."""

    action: Literal["typing"]


ACTIONS: TypeAdapter[Say | Typing] = TypeAdapter(Annotated[Say | Typing, Field(discriminator="action")])

# %% member
NAME = re.compile("[A-Za-z0-9_-]{1,32}")
Event = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Member:
    """Someone in a room."""

    websocket: WebSocket
    room: str
    username: str


# %% chat
class ChatServer:
    """The rooms of one chat, and what happens in them."""

    def __init__(self) -> None:
        self.manager = RoomManager()

    # What a chat does: a subclass may do more.

    async def joined(self, member: Member) -> None:
        """Tell the room, the newcomer included, who came."""
        event = {"type": "joined", "room": member.room, "username": member.username}
        await self.tell_room(event, member.room)

    async def said(self, member: Member, text: str) -> None:
        """Pass a text on to the room, its sender included."""
        event = {"type": "message", "room": member.room, "from": member.username, "text": text}
        await self.tell_room(event, member.room)

    async def typed(self, member: Member) -> None:
        """Do nothing yet when someone is typing."""

    async def left(self, member: Member) -> None:
        """Tell those who stay who left."""
        event = {"type": "left", "room": member.room, "username": member.username}
        await self.tell_room(event, member.room)

    # How it sends.

    async def tell(self, event: Event, member: Member) -> None:
        """Send an event to one member."""
        await reply(event, member.websocket)

    async def tell_user(self, event: Event, username: str) -> None:
        """Send an event to whoever holds the name, if anybody does."""
        await self.manager.send_to_user(json.dumps(event), username)

    async def tell_room(self, event: Event, room: str) -> None:
        """Send an event to everyone in a room."""
        await self.manager.broadcast_to_room(json.dumps(event), room)

    async def tell_others(self, event: Event, member: Member) -> None:
        """Send an event to everyone in the member's room but the member."""
        await self.manager.broadcast_to_room(json.dumps(event), member.room, but={member.websocket})

    # A client's way through it.

    async def admit(self, websocket: WebSocket, room: str, username: str) -> bool:
        """Give a client its name and return True; else close with a code and return False."""
        if not (NAME.fullmatch(room) and NAME.fullmatch(username)):
            await websocket.close(4000, "Bad name")
            return False
        if not self.manager.register_user(username, websocket):
            await websocket.close(4009, "Username taken")
            return False
        return True

    async def visit(self, member: Member) -> None:
        """Let a member into the room, and out of it, whatever happens."""
        self.manager.join_room(member.websocket, member.room)
        try:
            await self.joined(member)
            await self.talk(member)
        finally:
            self.manager.leave_room(member.websocket, member.room)
            # Before the broadcast, because a client that reads `left` may take the name at once.
            self.manager.unregister_user(member.username, member.websocket)
            await self.left(member)

    async def talk(self, member: Member) -> None:
        """Carry out what a member asks for until it leaves; explain what is wrong with the rest."""
        async for text in texts(member.websocket):
            try:
                action = ACTIONS.validate_json(text)
            except ValidationError as error:
                await reply(explain(error), member.websocket)
                continue
            match action:
                case Say():
                    await self.said(member, action.text)
                case Typing():
                    await self.typed(member)

    def make_app(self) -> FastAPI:
        """Return the app that serves this chat."""
        app = FastAPI()

        @app.websocket("/ws/chat/{room}/{username}")
        async def chat(websocket: WebSocket, room: str, username: str) -> None:
            await self.manager.connect(websocket)
            try:
                if await self.admit(websocket, room, username):
                    await self.visit(Member(websocket, room, username))
            finally:
                self.manager.disconnect(websocket)

        return app


# %% app
chat = ChatServer()
app = chat.make_app()
