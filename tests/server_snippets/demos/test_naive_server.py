"""The naive server works as long as nothing goes wrong."""

from collections.abc import Iterator

import pytest

from server_snippets.demos.naive_server import make_naive_app
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_naive_app()) as server:
        yield server


def test_people_in_a_room_hear_each_other(server: BackgroundServer) -> None:
    with (
        LiveClient(server.url("/ws/chat/lobby/ana")) as ana,
        LiveClient(server.url("/ws/chat/lobby/ben"), "Ben") as ben,
    ):
        ana.wait_for("ben joined")
        ana.send_json({"action": "message", "text": "hi"})

        assert ben.wait_for("ana: hi")


def test_a_channel_delivers_and_an_echo_answers(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/json")) as ana:
        ana.send_json({"action": "subscribe", "channel": "news"})
        ana.send_json({"action": "send", "channel": "news", "message": "hi"})
        ana.send_json({"action": "echo", "data": 1})

        assert [ana.receive_json(), ana.receive()] == [{"type": "subscribed", "channel": "news"}, "hi"]
        assert ana.receive_json() == {"type": "response", "data": 1}


def test_the_right_token_gets_an_echo(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/auth?token=secret-token")) as ana:
        ana.send("hi")

        assert ana.wait_for("Echo: hi")
