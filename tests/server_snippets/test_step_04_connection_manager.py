"""Step 4: one speaks, all hear; a client that stalls or vanishes costs the others nothing."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from server_snippets import step_04_connection_manager as step
from tests.server_snippets.leaver import greet_a_leaver
from websocket_lab import BackgroundServer, LiveClient


LONG = "." * 100_000


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(step.app) as server:
        yield server
    assert not server.errors
    assert not step.manager.active_connections


@pytest.fixture
def room(server: BackgroundServer) -> Iterator[tuple[LiveClient, LiveClient, LiveClient]]:
    """Connect Eve first, then Ben and Ana."""
    with (
        LiveClient(server.url("/ws"), "Eve") as eve,
        LiveClient(server.url("/ws"), "Ben") as ben,
        LiveClient(server.url("/ws"), "Ana") as ana,
    ):
        for client in (eve, ben, ana):
            client.wait_for("Welcome!")
        yield eve, ben, ana


Room = tuple[LiveClient, LiveClient, LiveClient]


def stall(eve: LiveClient, ben: LiveClient, ana: LiveClient) -> None:
    """Let Eve stop reading, and Ana speak until the manager has let go of Eve."""
    eve.pause_reading()
    for number in range(100):
        ana.send(text := f"{number} {LONG}")
        ben.wait_for(text)


def test_everyone_hears_the_speaker_once_and_in_order(room: Room) -> None:
    _, ben, ana = room
    for number in range(50):
        ana.send(str(number))

    for client in room:
        client.wait_for("49")
        assert client.messages == ["Welcome!", *map(str, range(50))]


def test_the_welcome_is_for_the_newcomer_alone(room: Room) -> None:
    eve, _, ana = room
    ana.send("hi")
    eve.wait_for("hi")

    assert eve.messages == ["Welcome!", "hi"]


def test_a_stalled_client_keeps_nothing_from_the_others(room: Room) -> None:
    eve, ben, ana = room
    stall(eve, ben, ana)

    assert len(step.manager.active_connections) == 2
    ana.wait_for(f"99 {LONG}")
    eve.vanish()


def test_a_stalled_client_that_reads_again_learns_why_it_was_let_go(room: Room) -> None:
    eve, ben, ana = room
    stall(eve, ben, ana)
    eve.resume_reading()

    assert (eve.wait_closed(), eve.close_reason) == (1013, "You read too slowly")
    assert not step.goodbyes


def test_a_client_that_vanishes_while_it_stalls_throws_nobody_out(room: Room) -> None:
    eve, ben, ana = room
    eve.pause_reading()
    for number in range(60):
        ana.send(f"{number} {LONG}")
    eve.vanish()
    ana.send("the end")

    for client in (ben, ana):
        client.wait_for("the end")
        assert len(client.messages) == 62


def test_a_client_that_leaves_is_forgotten(room: Room) -> None:
    eve, ben, ana = room
    eve.disconnect()
    ana.send("is Eve here?")
    ben.wait_for("is Eve here?")

    assert len(step.manager.active_connections) == 2


def test_forgetting_twice_is_harmless() -> None:
    manager = step.ConnectionManager()
    websocket = object()

    manager.disconnect(websocket)  # type: ignore[arg-type]
    manager.disconnect(websocket)  # type: ignore[arg-type]

    assert not step.manager.active_connections


def test_the_test_client_agrees() -> None:
    # One portal for both: without `with`, each connection would get an event loop of its own.
    with (
        TestClient(step.app) as client,
        client.websocket_connect("/ws") as ana,
        client.websocket_connect("/ws") as ben,
    ):
        assert (ana.receive_text(), ben.receive_text()) == ("Welcome!", "Welcome!")
        ana.send_text("hi")

        assert (ana.receive_text(), ben.receive_text()) == ("hi", "hi")


def test_who_leaves_before_the_welcome_is_forgotten_without_a_traceback() -> None:
    assert greet_a_leaver(step.app, "/ws") == ["websocket.accept", "websocket.send"]
    assert not step.manager.active_connections
