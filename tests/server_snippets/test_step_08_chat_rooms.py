"""Step 8: rooms are kept apart, and a name can be held once."""

from collections.abc import Iterator

import pytest

from server_snippets.step_08_chat_rooms import app, manager
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server
    assert not server.errors
    assert not (manager.rooms or manager.users or manager.active_connections)


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
        while len(manager.rooms["lobby"]) == 2:
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
