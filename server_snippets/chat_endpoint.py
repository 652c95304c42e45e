"""`/ws/chat/{room}/{username}`: rooms to talk in."""

import re
from functools import partial
from itertools import count
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field, TypeAdapter

from server_snippets.broker import Broker
from server_snippets.chat_audience import CHAT, USERNAME_TAKEN, ChatAudience
from server_snippets.chat_room import ChatRooms
from server_snippets.connection_manager import ConnectionManager
from server_snippets.guest_list import Guest
from server_snippets.incoming import answer_each
from server_snippets.settings import Settings
from server_snippets.stay import stay


BAD_NAME = 4000
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


def chat_router(settings: Settings, broker: Broker) -> APIRouter:
    """Return the routes of this endpoint."""
    router = APIRouter()
    manager = ConnectionManager(settings.slow_clients)
    audience = ChatAudience(manager, settings, broker)
    rooms = ChatRooms(broker, settings.typing_seconds)
    visits = count(1)

    @router.websocket("/ws/chat/{room}/{username}")
    async def chat(websocket: WebSocket, room: str, username: str, after: str = "") -> None:
        await manager.connect(websocket)
        try:
            if is_name(room) and is_name(username):
                await visit(websocket, Guest(CHAT, username, broker.process, room, next(visits)), after)
            else:
                await websocket.close(BAD_NAME, "Bad name")
        finally:
            manager.disconnect(websocket)

    @router.websocket("/ws/chat/{names:path}")
    async def refuse(websocket: WebSocket) -> None:
        # A name that is empty, or has a slash in it, does not fit the path above.
        await websocket.accept()
        await websocket.close(BAD_NAME, "Bad name")

    async def visit(websocket: WebSocket, member: Guest, after: str) -> None:
        async def answer(action: Action) -> None:
            match action:
                case Say(text=text):
                    await rooms.say(member, text)
                case Typing():
                    await rooms.show_typing(member)

        tell = partial(manager.send_personal_message, websocket=websocket)
        send_away = partial(websocket.close, USERNAME_TAKEN, "Username taken")
        with audience.seat(member, websocket, after), rooms.floor(member):
            async with stay(broker, member, tell, send_away) as is_welcome:
                if is_welcome:
                    await answer_each(websocket, manager, ACTIONS, answer)

    return router
