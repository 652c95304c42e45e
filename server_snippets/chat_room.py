"""What happens in the chat's rooms: someone joins, speaks, whispers, types, leaves."""

from dataclasses import dataclass

from fastapi import WebSocket

from server_snippets.connection_manager import ConnectionManager
from server_snippets.incoming import Refused
from server_snippets.message_history import MessageHistory
from server_snippets.settings import Settings
from server_snippets.typing_indicator import TypingIndicator
from server_snippets.user_list import UserList


@dataclass(frozen=True)
class Member:
    """Someone in a room."""

    websocket: WebSocket
    room: str
    username: str


class ChatRooms:
    """All rooms of the chat.

    Between two messages of a client nothing here waits, so everyone hears everything in one order.
    """

    def __init__(self, manager: ConnectionManager, settings: Settings) -> None:
        self._manager = manager
        self._history = MessageHistory()
        self._typing = TypingIndicator(manager, settings.typing_seconds)
        self._users = UserList(manager, settings.users_seconds)

    async def join(self, member: Member) -> None:
        """Tell a newcomer what was said; then tell everyone who came, and who is there."""
        messages = self._history.enter(member.room)
        history = {"type": "history", "room": member.room, "messages": messages}
        await self._manager.send_personal_message(history, member.websocket)
        self._manager.join_room(member.websocket, member.room)
        joined = {"type": "joined", "room": member.room, "username": member.username}
        await self._manager.broadcast_to_room(joined, member.room)
        await self._users.joined(member.room, member.websocket)

    async def leave(self, member: Member) -> None:
        """Tell those who stay who left, and who is still there."""
        await self._typing.stop(member.websocket, member.room, member.username)
        self._manager.disconnect(member.websocket)
        left = {"type": "left", "room": member.room, "username": member.username}
        await self._manager.broadcast_to_room(left, member.room)
        await self._users.left(member.room)
        if member.room not in self._manager.rooms:
            self._history.empty(member.room)

    async def say(self, member: Member, text: str) -> None:
        """Pass a text on to the whole room, or a private one to the one it is for."""
        await self._typing.stop(member.websocket, member.room, member.username)
        if text.split(maxsplit=1)[:1] == ["/pm"]:
            return await self._whisper(member, text)

        event = {"type": "message", "room": member.room, "from": member.username, "text": text}
        self._history.add(member.room, event)
        await self._users.catch_up(member.room)
        await self._manager.broadcast_to_room(event, member.room)

    async def show_typing(self, member: Member) -> None:
        """Show the others that someone is typing."""
        await self._typing.start(member.websocket, member.room, member.username)

    async def _whisper(self, member: Member, text: str) -> None:
        _, *words = text.split(maxsplit=2)
        if len(words) < 2:
            raise Refused("bad_command", "A private message is: /pm NAME TEXT")

        receiver, secret = words
        event = {"type": "private", "from": member.username, "to": receiver, "text": secret}
        if not await self._manager.send_to_user(event, receiver):
            raise Refused("unknown_user", f"Nobody here is called {receiver!r}."[:100])
        if receiver != member.username:
            await self._manager.send_personal_message(event, member.websocket)
