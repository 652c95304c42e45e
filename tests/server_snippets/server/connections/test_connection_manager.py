"""The connection manager's bookkeeping: rooms, users, and what is left when somebody has gone."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from fastapi import WebSocket

from server_snippets.server.connections.manager import ConnectionManager
from server_snippets.server.transport.backlog import MAX_BYTES, MAX_MESSAGES


class FakeWebSocket:
    """Notes what it is told to send."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.scope: dict[str, Any] = {}

    async def accept(self) -> None:
        """Accept."""

    async def send_text(self, text: str) -> None:
        """Note the text."""
        self.sent.append(text)


Story = Callable[[ConnectionManager, Any, Any, Any], Coroutine[Any, Any, None]]


def told(story: Story) -> list[list[str]]:
    """Play a story with a manager, Ana, Ben and Eve; return what each of them was sent."""

    async def play() -> list[list[str]]:
        manager = ConnectionManager()
        people = [FakeWebSocket() for _ in range(3)]
        for person in people:
            await manager.connect(cast(WebSocket, person))
        await story(manager, *people)
        # One turn of the loop for the send queues.
        await asyncio.sleep(0)
        return [person.sent for person in people]

    return asyncio.run(play())


def test_a_personal_message_reaches_one_and_a_broadcast_all() -> None:
    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        manager.send_personal_message("for Ana", ana)
        manager.broadcast("for all")

    assert told(story) == [["for Ana", "for all"], ["for all"], ["for all"]]


def test_a_room_hears_what_is_said_in_it() -> None:
    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        manager.join_room(ana, "lobby")
        manager.join_room(ben, "lobby")
        manager.broadcast_to_room({"type": "x", "text": "ü"}, "lobby")
        manager.leave_room(ben, "lobby")
        manager.broadcast_to_room("again", "lobby")
        manager.broadcast_to_room("nobody", "attic")

    assert told(story) == [['{"type":"x","text":"ü"}', "again"], ['{"type":"x","text":"ü"}'], []]


def test_the_rooms_of_a_client_are_those_that_it_is_in() -> None:
    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        manager.join_room(ana, "lobby")
        manager.join_room(ana, "attic")
        manager.leave_room(ana, "attic")
        assert set(manager.rooms_of(ana)) == {"lobby"}
        manager.disconnect(ana)
        assert not manager.rooms_of(ana)

    told(story)


def test_a_name_leads_to_its_holder() -> None:
    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        assert manager.register_user("ana", ana)
        assert manager.register_user("ana", ana)
        assert not manager.register_user("ana", eve)
        manager.unregister_user("ana", eve)
        assert manager.send_to_user("hi", "ana")
        manager.unregister_user("ana", ana)
        assert not manager.send_to_user("hi", "ana")
        assert manager.register_user("ana", eve)

    assert told(story) == [["hi"], [], []]


def test_a_client_has_one_name() -> None:
    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        manager.register_user("ana", ana)
        manager.register_user("anna", ana)
        assert manager.users == {"anna": ana}

    told(story)


def test_nothing_is_left_of_somebody_who_has_gone() -> None:
    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        for person, name in ((ana, "ana"), (ben, "ben"), (eve, "eve")):
            manager.register_user(name, person)
            manager.join_room(person, "lobby")
            manager.join_room(person, f"{name}'s room")
        for person in (ana, ben, eve, eve):
            manager.disconnect(person)
        manager.leave_room(ana, "lobby")
        bookkeeping = {name: kept for name, kept in vars(manager).items() if isinstance(kept, dict)}
        assert len(bookkeeping) == 5
        assert not any(bookkeeping.values())

    told(story)


def test_what_is_sent_to_somebody_who_has_gone_is_nobody_s_problem() -> None:
    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        manager.join_room(ana, "lobby")
        manager.disconnect(ana)
        manager.join_room(ana, "lobby")
        manager.send_personal_message("hi", ana)
        manager.broadcast_to_room("hi", "lobby")
        manager.broadcast("hi")

    assert told(story) == [[], ["hi"], ["hi"]]


@pytest.mark.parametrize(
    ("message", "fits"), [("x", MAX_MESSAGES), ("x" * 1_000_000, MAX_BYTES // 1_000_000)]
)
def test_too_much_waiting_drops_a_client_once(message: str, fits: int) -> None:
    drops = []

    async def story(manager: ConnectionManager, ana: Any, ben: Any, eve: Any) -> None:
        ana.scope["drop_client"] = lambda: drops.append("ana")
        for _ in range(fits):
            manager.send_personal_message(message, ana)
        assert not drops
        manager.send_personal_message(message, ana)
        assert drops == ["ana"]
        await asyncio.sleep(0)
        manager.send_personal_message(message, ana)

    told(story)
    assert drops == ["ana"]
