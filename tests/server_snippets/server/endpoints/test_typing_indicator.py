"""Who types is told once, and once that it has stopped."""

import asyncio

from server_snippets.server.brokers.presence import Presence
from server_snippets.server.endpoints.typing_indicator import TypingIndicator
from tests.server_snippets import virtual_time


ANA, BEN = (Presence("chat", name, "", "lobby") for name in ("ana", "ben"))


class Told:
    """Notes of whom it is told that they type, or type no more."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, bool]] = []

    async def on_change(self, member: Presence, active: bool) -> None:
        """Note the change."""
        self.changes.append((member.name, active))


def test_typing_is_told_once_and_ends_after_the_silence() -> None:
    async def story() -> Told:
        told = Told()
        typing = TypingIndicator(told.on_change, 3)
        for _ in range(5):
            await typing.start(ANA)
            await asyncio.sleep(2)
        assert told.changes == [("ana", True)]
        await asyncio.sleep(2)
        return told

    assert virtual_time.run(story()).changes == [("ana", True), ("ana", False)]


def test_stopping_is_told_once_and_only_of_those_who_typed() -> None:
    async def story() -> Told:
        told = Told()
        typing = TypingIndicator(told.on_change, 3)
        await typing.stop(ANA)
        await typing.start(ANA)
        await typing.start(BEN)
        await typing.stop(ANA)
        await typing.stop(ANA)
        await asyncio.sleep(4)
        return told

    assert virtual_time.run(story()).changes == [("ana", True), ("ben", True), ("ana", False), ("ben", False)]
