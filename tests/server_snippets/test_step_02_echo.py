"""Step 2: whatever a client says comes back."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from server_snippets.step_02_echo import app
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server


def test_a_text_comes_back(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws")) as ana:
        ana.send("Hello")

        assert ana.receive() == "Echo: Hello"


def test_texts_come_back_in_their_order(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws")) as ana:
        for number in range(100):
            ana.send(str(number))

        assert [ana.receive() for _ in range(100)] == [f"Echo: {number}" for number in range(100)]


def test_two_clients_hear_only_their_own(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws")) as ana, LiveClient(server.url("/ws"), "Ben") as ben:
        ana.send("I am Ana")
        ben.send("I am Ben")

        assert (ana.receive(), ben.receive()) == ("Echo: I am Ana", "Echo: I am Ben")


def test_the_test_client_agrees() -> None:
    with TestClient(app).websocket_connect("/ws") as websocket:
        websocket.send_text("Hello")

        assert websocket.receive_text() == "Echo: Hello"
