"""Who types is told once, and once that it has stopped."""

import asyncio
from typing import Any, cast

from server_snippets.server.connections.manager import ConnectionManager, Message
from server_snippets.server.endpoints.typing_indicator import TypingIndicator
from tests.server_snippets import virtual_time


class Told(ConnectionManager):
    """Notes what a room is told, and who is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []
        self.left_out: set[Any] = set()

    async def broadcast_to_room(self, message: Message, room: str, *, but: Any = ()) -> None:
        """Note the event."""
        event = cast("dict[str, Any]", message)
        self.events.append((event["username"], event["active"]))
        self.left_out |= but


ANA: Any = "Ana's connection"
BEN: Any = "Ben's connection"


def test_typing_is_told_once_and_ends_after_the_silence() -> None:
    async def story() -> Told:
        told = Told()
        typing = TypingIndicator(told, 3)
        for _ in range(5):
            await typing.start(ANA, "lobby", "ana")
            await asyncio.sleep(2)
        assert told.events == [("ana", True)]
        await asyncio.sleep(2)
        return told

    told = virtual_time.run(story())
    assert told.events == [("ana", True), ("ana", False)]
    assert told.left_out == {ANA}


def test_stopping_is_told_once_and_only_of_those_who_typed() -> None:
    async def story() -> Told:
        told = Told()
        typing = TypingIndicator(told, 3)
        await typing.stop(ANA, "lobby", "ana")
        await typing.start(ANA, "lobby", "ana")
        await typing.start(BEN, "lobby", "ben")
        await typing.stop(ANA, "lobby", "ana")
        await typing.stop(ANA, "lobby", "ana")
        await asyncio.sleep(4)
        return told

    assert virtual_time.run(story()).events == [("ana", True), ("ben", True), ("ana", False), ("ben", False)]
