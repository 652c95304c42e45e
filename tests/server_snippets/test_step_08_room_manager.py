"""Step 8: who is in which room, and who is who."""

import asyncio
from typing import Any

from fastapi import WebSocketDisconnect

from server_snippets.step_08_room_manager import ChatManager


class FakeWebSocket:
    """Notes what it is told to send."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send_text(self, text: str) -> None:
        """Note the text."""
        self.sent.append(text)


class GoneWebSocket(FakeWebSocket):
    """Belongs to a client that has vanished."""

    async def send_text(self, text: str) -> None:
        """Fail, as the real one does."""
        raise WebSocketDisconnect(1006)


def people() -> tuple[ChatManager, Any, Any]:
    """Return a manager and two clients."""
    return ChatManager(), FakeWebSocket(), FakeWebSocket()


def test_only_the_members_of_a_room_hear_it() -> None:
    manager, ana, ben = people()
    manager.join_room(ana, "lobby")
    manager.join_room(ben, "attic")
    asyncio.run(manager.broadcast_to_room("hi", "lobby"))
    asyncio.run(manager.broadcast_to_room("nobody", "cellar"))

    assert (ana.sent, ben.sent) == (["hi"], [])


def test_an_empty_room_is_forgotten() -> None:
    manager, ana, ben = people()
    manager.join_room(ana, "lobby")
    manager.join_room(ben, "lobby")
    for person in (ana, ana, ben):
        manager.leave_room(person, "lobby")

    assert manager.rooms == {}


def test_who_cannot_take_a_message_leaves_every_room() -> None:
    manager, ana, _ = people()
    eve: Any = GoneWebSocket()
    for member, room in ((ana, "lobby"), (eve, "lobby"), (eve, "attic")):
        manager.join_room(member, room)
    asyncio.run(manager.broadcast_to_room("hi", "lobby"))

    assert manager.rooms == {"lobby": {ana}}


def test_a_name_belongs_to_one_client() -> None:
    manager, ana, ben = people()
    assert manager.register_user("ana", ana)
    assert not manager.register_user("ana", ben)
    manager.unregister_user("ana", ben)
    asyncio.run(manager.send_to_user("hi", "ana"))
    asyncio.run(manager.send_to_user("hi", "nobody"))

    assert (ana.sent, ben.sent) == (["hi"], [])
    manager.unregister_user("ana", ana)
    assert manager.register_user("ana", ben)
