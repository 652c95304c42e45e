"""Step 8: rooms are kept apart, and a name can be held once."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import WebSocketDisconnect

from server_snippets.step_08_chat_rooms import RoomManager, app, chat
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server
    assert not server.errors
    assert not (chat.manager.rooms or chat.manager.users or chat.manager.active_connections)


def visit(server: BackgroundServer, username: str, room: str = "lobby") -> LiveClient:
    """Return a client for the room."""
    return LiveClient(server.url(f"/ws/chat/{room}/{username}"), username.title())


def test_the_room_hears_who_joins_speaks_and_leaves(server: BackgroundServer) -> None:
    with visit(server, "ana") as ana:
        with visit(server, "ben") as ben:
            assert ben.receive_json() == {"type": "joined", "room": "lobby", "username": "ben"}
            ben.send_json({"action": "message", "text": "hi"})
            said = {"type": "message", "room": "lobby", "from": "ben", "text": "hi"}
            assert ben.receive_json() == said
        assert [ana.receive_json() for _ in range(4)] == [
            {"type": "joined", "room": "lobby", "username": "ana"},
            {"type": "joined", "room": "lobby", "username": "ben"},
            said,
            {"type": "left", "room": "lobby", "username": "ben"},
        ]


def test_rooms_are_apart(server: BackgroundServer) -> None:
    with visit(server, "ana") as ana, visit(server, "eve", "attic") as eve:
        ana.send_json({"action": "message", "text": "hi"})
        ana.wait_for(lambda text: '"hi"' in text)
        eve.send_json({"action": "message", "text": "fence"})

        assert [eve.receive_json()["type"] for _ in range(2)] == ["joined", "message"]


def test_the_second_login_neither_gets_in_nor_takes_the_name_away(server: BackgroundServer) -> None:
    with visit(server, "ana") as ana:
        ana.receive()
        for _ in range(2):
            with visit(server, "ana") as second:
                assert (second.wait_closed(), second.close_reason) == (4009, "Username taken")
        ana.send_json({"action": "message", "text": "still here"})
        assert ana.receive_json()["text"] == "still here"


@pytest.mark.parametrize("path", ["/ws/chat/a%20b/ana", "/ws/chat/lobby/" + "x" * 33])
def test_a_bad_name_reads_4000(server: BackgroundServer, path: str) -> None:
    with LiveClient(server.url(path), "Eve") as eve:
        assert (eve.wait_closed(), eve.close_reason) == (4000, "Bad name")


def test_a_name_is_free_after_its_holder_vanished(server: BackgroundServer) -> None:
    with visit(server, "ana") as ana, visit(server, "ben") as ben:
        ben.receive()
        ben.vanish()
        ana.wait_for(lambda text: '"left"' in text)
        with visit(server, "ben") as ben_again:
            assert ben_again.receive_json()["type"] == "joined"


def test_a_name_is_free_when_left_is_read_although_a_member_stalls(server: BackgroundServer) -> None:
    with visit(server, "eve") as eve, visit(server, "ana") as ana:
        ana.wait_for(lambda text: '"ana"' in text)
        eve.pause_reading()
        # A few of these fill the buffers on the way to Eve; the next broadcast waits for her.
        while len(chat.manager.rooms["lobby"]) == 2:
            with visit(server, "ben") as ben:
                assert ben.receive_json()["type"] == "joined"
                ana.send_json({"action": "message", "text": "." * 900_000})
                ben.receive()
            ana.wait_for(lambda text: '"left"' in text)
        eve.vanish()


@pytest.mark.parametrize("message", [b"{}", "{", "[]", '{"action": "fly"}', '{"action": "message"}'])
def test_a_bad_message_gets_an_error(server: BackgroundServer, message: str | bytes) -> None:
    with visit(server, "ana") as ana:
        ana.receive()
        ana.send(message)
        assert ana.receive_json()["type"] == "error"


# The manager alone


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


def people() -> tuple[RoomManager, Any, Any]:
    """Return a manager and two clients."""
    return RoomManager(), FakeWebSocket(), FakeWebSocket()


def test_only_the_members_of_a_room_hear_it() -> None:
    manager, ana, ben = people()
    manager.join_room(ana, "lobby")
    manager.join_room(ben, "attic")
    asyncio.run(manager.broadcast_to_room("hi", "lobby"))
    asyncio.run(manager.broadcast_to_room("nobody", "cellar"))

    assert (ana.sent, ben.sent) == (["hi"], [])


def test_a_broadcast_leaves_out_whom_it_is_told_to() -> None:
    manager, ana, ben = people()
    for member in (ana, ben):
        manager.join_room(member, "lobby")
    asyncio.run(manager.broadcast_to_room("hi", "lobby", but={ana}))

    assert (ana.sent, ben.sent) == ([], ["hi"])


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
