"""Step 5: the address tells who is connecting, and how."""

from collections.abc import Iterator

import pytest

from server_snippets.step_05_parameters import app, manager
from tests.server_snippets.leaver import greet_a_leaver
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server
    assert not server.errors


def test_everyone_hears_who_joins_speaks_and_leaves(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/1")) as ana:
        assert ana.receive() == "Client 1 joined"
        with LiveClient(server.url("/ws/2"), "Ben") as ben:
            ana.send("hi")
            assert [ben.receive() for _ in range(2)] == ["Client 2 joined", "Client 1: hi"]
        assert [ana.receive() for _ in range(3)] == ["Client 2 joined", "Client 1: hi", "Client 2 left"]


@pytest.mark.parametrize(("query", "heard"), [("", "hi"), ("?loud=true", "HI"), ("?loud=0", "hi")])
def test_the_query_says_how_loud(server: BackgroundServer, query: str, heard: str) -> None:
    with LiveClient(server.url(f"/ws/1{query}")) as ana:
        ana.send("hi")
        assert ana.wait_for(f"Client 1: {heard}")


@pytest.mark.parametrize("path", ["/ws/abc", "/ws/1.5", "/ws/1?loud=very"])
def test_what_does_not_fit_is_refused_with_403(server: BackgroundServer, path: str) -> None:
    with pytest.raises(ConnectFailed) as failure:
        LiveClient(server.url(path), "Eve").connect()

    assert failure.value.status == 403


def test_an_int_takes_what_means_one(server: BackgroundServer) -> None:
    for path in ("/ws/1.0", "/ws/+1"):
        with LiveClient(server.url(path)) as ana:
            assert ana.receive() == "Client 1 joined"


def test_the_fixed_path_comes_first(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/json")) as ana:
        assert ana.receive_json() == {"type": "welcome"}
        assert ana.wait_closed() == 1000


def test_who_leaves_before_the_first_word_is_forgotten_without_a_traceback() -> None:
    assert greet_a_leaver(app, "/ws/7") == ["websocket.accept", "websocket.send"]
    assert not manager.active_connections
