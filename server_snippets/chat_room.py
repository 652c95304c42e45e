"""What members of the chat's rooms do: they speak, whisper, and type; the broker tells it to all."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from server_snippets.broker import Broker
from server_snippets.chat_audience import CHAT, as_event
from server_snippets.connection_manager import Message
from server_snippets.guest_list import Guest
from server_snippets.incoming import Refused
from server_snippets.typing_indicator import TypingIndicator


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
