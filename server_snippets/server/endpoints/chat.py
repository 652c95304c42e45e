"""`/ws/chat/{room}/{username}`: chat rooms with history, presence, typing and private messages."""

import re
from functools import partial
from itertools import count
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field, TypeAdapter

from ..brokers.base import Broker
from ..brokers.membership import membership
from ..brokers.presence import Presence
from ..connections.manager import ConnectionManager
from ..connections.messages import ClientError, answer_each
from ..settings import Settings
from .chat_delivery import CHAT, USERNAME_TAKEN, ChatDelivery
from .typing_indicator import TypingIndicator


BAD_NAME = 4000
NAME = re.compile("[A-Za-z0-9_-]{1,32}")


class ChatRooms:
    """All rooms of the chat, for those who act in them."""

    def __init__(self, broker: Broker, typing_seconds: float) -> None:
        self._broker = broker
        self._typing = TypingIndicator(self._typing_changed, typing_seconds)

    async def say(self, member: Presence, text: str) -> None:
        """Pass a text on to the whole room, or a private one to the one it is for."""
        await self._typing.stop(member)
        if text.split(maxsplit=1)[:1] == ["/pm"]:
            return await self._whisper(member, text)

        event = {"type": "message", "room": member.room, "from": member.name, "text": text}
        await self._broker.publish(CHAT, member.room, event, by=member, keep=True)

    async def show_typing(self, member: Presence) -> None:
        """Show the others that someone is typing."""
        await self._typing.start(member)

    def leave(self, member: Presence) -> None:
        """Forget a member who has left, who types no more."""
        self._typing.forget(member)

    async def _typing_changed(self, member: Presence, active: bool) -> None:
        event = {"type": "typing", "username": member.name, "active": active}
        # That someone has stopped is never rejected.
        publish = self._broker.publish if active else self._broker.publish_soon
        await publish(CHAT, member.room, event, by=member)

    async def _whisper(self, member: Presence, text: str) -> None:
        _, *words = text.split(maxsplit=2)
        if len(words) < 2:
            raise ClientError("bad_command", "A private message is: /pm NAME TEXT")

        receiver, secret = words
        event = {"type": "private", "from": member.name, "to": receiver, "text": secret}
        await self._broker.publish(CHAT, member.room, event, by=member)


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
    delivery = ChatDelivery(manager, settings, broker)
    rooms = ChatRooms(broker, settings.typing_seconds)
    visits = count(1)

    @router.websocket("/ws/chat/{room}/{username}")
    async def chat(websocket: WebSocket, room: str, username: str, after: str = "") -> None:
        await manager.connect(websocket)
        try:
            if is_name(room) and is_name(username):
                await visit(websocket, Presence(CHAT, username, broker.process, room, next(visits)), after)
            else:
                await websocket.close(BAD_NAME, "Bad name")
        finally:
            manager.disconnect(websocket)

    @router.websocket("/ws/chat/{names:path}")
    async def refuse(websocket: WebSocket) -> None:
        # A name that is empty, or has a slash in it, does not fit the path above.
        await websocket.accept()
        await websocket.close(BAD_NAME, "Bad name")

    async def visit(websocket: WebSocket, member: Presence, after: str) -> None:
        async def answer(action: Action) -> None:
            match action:
                case Say(text=text):
                    await rooms.say(member, text)
                case Typing():
                    await rooms.show_typing(member)

        tell = partial(manager.send_personal_message, websocket=websocket)
        send_away = partial(websocket.close, USERNAME_TAKEN, "Username taken")
        with delivery.attach(member, websocket, after):
            try:
                async with membership(broker, member, tell, send_away) as has_joined:
                    if has_joined:
                        await answer_each(websocket, manager, ACTIONS, answer)
            finally:
                rooms.leave(member)

    return router
