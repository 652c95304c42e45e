"""What the whole server decides before it asks a broker: names, commands and echoes."""

from collections.abc import Callable
from typing import Any

import pytest

from server_snippets.server.transport.protocol import FanOutProtocol
from websocket_lab import LiveClient


Connect = Callable[..., LiveClient]


@pytest.fixture(scope="module")
def protocol() -> Any:
    """Use one protocol: no request in this file depends on how messages leave."""
    return FanOutProtocol


@pytest.fixture
def join(connect: Connect, room: str) -> Connect:
    """Join the room and read the three events that a newcomer receives: join("ana")."""

    def join(username: str) -> LiveClient:
        client = connect(f"/ws/chat/{room}/{username}", username)
        assert [client.receive_json()["type"] for _ in range(3)] == ["history", "joined", "users"]
        return client

    return join


def send(client: LiveClient, text: str) -> Any:
    """Send a chat message and return the event that comes back."""
    client.send_json({"action": "message", "text": text})
    return client.receive_json()


def test_a_bad_name_is_closed_with_4000(connect: Connect) -> None:
    names = ["a%20b", "x" * 33, "caf%C3%A9", "a.b", "%0A", "a%0A", "", "%D9%A1", "a%2Fb"]
    paths = [path for name in names for path in (f"/ws/chat/{name}/ana", f"/ws/chat/lobby/{name}")]
    closed = {}
    for path in paths:
        eve = connect(path, "Eve")
        closed[path] = eve.wait_closed(), eve.close_reason, eve.messages

    assert closed == dict.fromkeys(paths, (4000, "Bad name", []))


def test_letters_digits_and_two_signs_make_a_good_name(join: Connect) -> None:
    for username in ("a", "A-Z_09", "x" * 32):
        join(username)


def test_an_incomplete_command_is_answered_with_bad_command(join: Connect) -> None:
    ana, ben = join("ana"), join("ben")
    assert [ana.receive_json()["type"] for _ in range(2)] == ["joined", "users"]

    for text in ("/pm", "/pm ben", "/pm ben   ", "/pm zoe"):
        error = send(ana, text)
        assert (error["type"], error["code"]) == ("error", "bad_command"), text
    send(ana, "fence")
    assert ben.receive_json()["text"] == "fence"


def test_only_a_text_that_begins_with_the_command_is_one(join: Connect) -> None:
    ana = join("ana")

    for text in ("/pmx ben hi", "say /pm ben hi", "", " "):
        event = send(ana, text)
        assert (event["type"], event["text"]) == ("message", text)


def test_json_comes_back_as_it_was(connect: Connect) -> None:
    ana = connect("/ws/json")
    values = [None, True, 0, -1.5, 10**40, "", "Grüße 👋", [], {}, {"action": "echo", "data": [{"a": [1]}]}]

    for data in values:
        ana.send_json({"action": "echo", "data": data})
        assert ana.receive_json() == {"type": "response", "data": data}
