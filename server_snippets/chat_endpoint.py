"""`/ws/chat/{room}/{username}`: rooms to talk in."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field, TypeAdapter

from server_snippets.chat_room import ChatRooms, Member
from server_snippets.connection_manager import ConnectionManager
from server_snippets.incoming import answer_each
from server_snippets.settings import Settings


BAD_NAME = 4000
USERNAME_TAKEN = 4009
NAME = re.compile("[A-Za-z0-9_-]{1,32}")


class Say(BaseModel):
    """Say something to the room, or privately: `/pm ben hello there`."""

    action: Literal["message"]
    text: str


class Typing(BaseModel):
    """Show the others that you are typing."""

    action: Literal["typing"]


Action = Say | Typing
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


def is_name(text: str) -> bool:
    """Return whether `text` will do as the name of a room or of a user."""
    return NAME.fullmatch(text) is not None


def chat_router(settings: Settings) -> APIRouter:
    """Return the routes of this endpoint."""
    router = APIRouter()
    manager = ConnectionManager(settings.slow_clients)
    rooms = ChatRooms(manager, settings)

    @router.websocket("/ws/chat/{room}/{username}")
    async def chat(websocket: WebSocket, room: str, username: str) -> None:
        await manager.connect(websocket)
        try:
            if not (is_name(room) and is_name(username)):
                await websocket.close(BAD_NAME, "Bad name")
            elif not manager.register_user(username, websocket):
                await websocket.close(USERNAME_TAKEN, "Username taken")
            else:
                await talk(Member(websocket, room, username))
        finally:
            manager.disconnect(websocket)

    @router.websocket("/ws/chat/{names:path}")
    async def refuse(websocket: WebSocket) -> None:
        # A name that is empty, or has a slash in it, does not fit the path above.
        await websocket.accept()
        await websocket.close(BAD_NAME, "Bad name")

    async def talk(member: Member) -> None:
        async def answer(action: Action) -> None:
            match action:
                case Say(text=text):
                    await rooms.say(member, text)
                case Typing():
                    await rooms.show_typing(member)

        await rooms.join(member)
        try:
            await answer_each(member.websocket, manager, ACTIONS, answer)
        finally:
            await rooms.leave(member)

    return router
