"""The chat of step 8 as a class: exercises change what happens when someone joins, speaks, types or leaves.

New since step 8: each server has rooms and names of its own, and someone in a room is a `Member`.
Run it: uvicorn server_snippets.chat_server:app
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

from server_snippets.step_07_json_messages import explain, reply, texts
from server_snippets.step_08_chat_rooms import NAME, Say
from server_snippets.step_08_room_manager import ChatManager


Event = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Member:
    """Someone in a room."""

    websocket: WebSocket
    room: str
    username: str


class Typing(BaseModel):
    """Show the others that you are typing."""

    action: Literal["typing"]


ACTIONS: TypeAdapter[Say | Typing] = TypeAdapter(Annotated[Say | Typing, Field(discriminator="action")])


class ChatServer:
    """The rooms of one chat, and what happens in them."""

    def __init__(self) -> None:
        self.manager = ChatManager()

    async def joined(self, member: Member) -> None:
        """Tell the room, the newcomer included, who came."""
        event = {"type": "joined", "room": member.room, "username": member.username}
        await self.tell_room(event, member.room)

    async def said(self, member: Member, text: str) -> None:
        """Pass a text on to the room, its speaker included."""
        event = {"type": "message", "room": member.room, "from": member.username, "text": text}
        await self.tell_room(event, member.room)

    async def typed(self, member: Member) -> None:
        """Do nothing yet when someone is typing."""

    async def left(self, member: Member) -> None:
        """Tell those who stay who left."""
        event = {"type": "left", "room": member.room, "username": member.username}
        await self.tell_room(event, member.room)

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
        others = self.manager.rooms.get(member.room, set()) - {member.websocket}
        await asyncio.gather(*[reply(event, other) for other in others])

    async def visit(self, member: Member) -> None:
        """Let someone into the room, and out of it, whatever happens."""
        self.manager.join_room(member.websocket, member.room)
        try:
            await self.joined(member)
            await self.talk(member)
        finally:
            self.manager.leave_room(member.websocket, member.room)
            # First, for whoever hears that a name has left may take it.
            self.manager.unregister_user(member.username, member.websocket)
            await self.left(member)

    async def talk(self, member: Member) -> None:
        """Carry out what a member asks for, until the member leaves."""
        async for text in texts(member.websocket):
            try:
                action = ACTIONS.validate_json(text)
            except ValidationError as error:
                await reply(explain(error), member.websocket)
            else:
                await (self.said(member, action.text) if isinstance(action, Say) else self.typed(member))

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
                self.manager.unregister_user(username, websocket)
                self.manager.disconnect(websocket)

        return app

    async def admit(self, websocket: WebSocket, room: str, username: str) -> bool:
        """Give a client its name and return True; close with a code that says why not, and return False."""
        if not (NAME.fullmatch(room) and NAME.fullmatch(username)):
            await websocket.close(4000, "Bad name")
        elif not self.manager.register_user(username, websocket):
            await websocket.close(4009, "Username taken")
        return self.manager.users.get(username) is websocket


app = ChatServer().make_app()
