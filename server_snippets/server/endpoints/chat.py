"""`/ws/chat/{room}/{username}`: chat rooms with history, presence, typing and private messages."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field, TypeAdapter

from ..brokers.base import Broker
from ..brokers.membership import stay
from ..brokers.presence import Guest
from ..connections.manager import ConnectionManager, Message
from ..connections.messages import Refused, answer_each
from ..settings import Settings
from .chat_delivery import CHAT, USERNAME_TAKEN, ChatAudience, as_event
from .typing_indicator import TypingIndicator


class ChatRooms:
    """All rooms of the chat, for those who act in them."""

    def __init__(self, broker: Broker, typing_seconds: float) -> None:
        self._broker = broker
        self._typing = TypingIndicator(self, typing_seconds)

    async def say(self, member: Guest, text: str) -> None:
        """Pass a text on to the whole room, or a private one to the one it is for."""
        await self._typing.stop(member, member.room, member.name)
        if text.split(maxsplit=1)[:1] == ["/pm"]:
            return await self._whisper(member, text)

        event = {"type": "message", "room": member.room, "from": member.name, "text": text}
        await self._broker.say(CHAT, member.room, event, by=member, keep=True)

    async def show_typing(self, member: Guest) -> None:
        """Show the others that someone is typing."""
        await self._typing.start(member, member.room, member.name)

    @contextmanager
    def floor(self, member: Guest) -> Iterator[None]:
        """Let someone act for as long as the block lasts; who has gone types no more."""
        try:
            yield
        finally:
            self._typing.forget(member)

    async def broadcast_to_room(self, message: Message, room: str, *, but: Collection[Guest]) -> None:
        """Tell the others that a member types or, which is never refused, has stopped."""
        [member] = but
        tell = self._broker.say if as_event(message)["active"] else self._broker.post
        await tell(CHAT, room, message, by=member)

    async def _whisper(self, member: Guest, text: str) -> None:
        _, *words = text.split(maxsplit=2)
        if len(words) < 2:
            raise Refused("bad_command", "A private message is: /pm NAME TEXT")

        receiver, secret = words
        event = {"type": "private", "from": member.name, "to": receiver, "text": secret}
        await self._broker.say(CHAT, member.room, event, by=member)


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
