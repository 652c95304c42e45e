"""Whoever is slow waits alone, and is disconnected in the end."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from server_snippets import guarded_connection
from server_snippets import protocol as websocket_protocol
from server_snippets.main import Settings, make_app
from server_snippets.settings import MIB
from tests.server_snippets.close_line import close_lines
from websocket_lab import BackgroundServer, LiveClient


BIG = "x" * 60_000


def stall(client: LiveClient) -> None:
    """Read nothing any more: what the server sends fills the buffers."""
    client.pause_reading()


def test_a_client_that_reads_nothing_is_disconnected_and_nobody_else_notices(protocol: Any) -> None:
    with (
        BackgroundServer(make_app(Settings(rate=0)), ws=protocol) as server,
        LiveClient(server.url("/ws/chat/lobby/ana"), ping_interval=None) as ana,
        LiveClient(server.url("/ws/chat/lobby/eve"), "Eve", ping_interval=None) as eve,
    ):
        ana.wait_for(lambda text: '["ana","eve"]' in text)
        stall(eve)
        heard = 0
        while '"left"' not in (text := talk(ana)):
            heard += 1
            assert heard < 1000, "Eve's backlog is not bounded."

        assert json.loads(text).items() >= {"type": "left", "room": "lobby", "username": "eve"}.items()
        assert ana.wait_for(lambda text: '"users":["ana"]' in text)
        assert not server.errors
        eve.vanish()


def talk(client: LiveClient) -> str:
    """Say something long and return what is heard next."""
    client.send_json({"action": "message", "text": BIG})
    return str(client.receive())


def test_a_slow_client_that_reads_again_learns_why_it_was_cut_off(
    protocol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else she would have to read everything within a second.
    for module in (guarded_connection, websocket_protocol):
        monkeypatch.setattr(module, "GOODBYE_SECONDS", 60)
    with (
        BackgroundServer(make_app(Settings(rate=0)), ws=protocol) as server,
        LiveClient(server.url("/ws/7"), "Eve", ping_interval=None, max_size=None) as eve,
        LiveClient(server.url("/ws/8"), ping_interval=None) as ana,
    ):
        stall(eve)
        ana.wait_for("Client 8 joined")
        while ana_hears(ana) != "Client 7 left":
            pass
        eve.resume_reading()

        assert eve.wait_closed() == 1013


def ana_hears(ana: LiveClient) -> str:
    """Say something long and return what is heard next."""
    ana.send(BIG)
    return str(ana.receive())


@pytest.mark.parametrize("path", ["/ws/json", "/ws/tasks"])
def test_a_client_that_asks_without_reading_harms_only_itself(
    connect: Callable[..., LiveClient], path: str
) -> None:
    eve, ana = connect(path, "Eve"), connect(path)
    stall(eve)
    for _ in range(150):
        eve.send_json({"action": "echo", "data": BIG})
    ana.send_json({"action": "list"})

    assert ana.wait_for(lambda text: "type" in text)
    eve.vanish()


def test_all_slow_clients_together_have_a_bound_and_the_slowest_goes_first(protocol: Any) -> None:
    settings = Settings(rate=0, max_backlog_bytes=MIB)
    with (
        BackgroundServer(make_app(settings), ws=protocol) as server,
        close_lines() as lines,
        LiveClient(server.url("/ws/json"), "Ben", ping_interval=None) as ben,
        LiveClient(server.url("/ws/chat/lobby/eve"), "Eve", ping_interval=None) as eve,
        LiveClient(server.url("/ws/chat/lobby/ana"), ping_interval=None) as ana,
    ):
        ana.wait_for(lambda text: '["ana","eve"]' in text)
        stall(ben)
        ben.send_json({"action": "echo", "data": BIG})
        stall(eve)
        said = 0
        while '"left"' not in talk(ana):
            said += 1
            assert said < 1000, "The backlogs are not bounded."

        assert "path=/ws/chat/lobby/eve" in (line := lines.next())
        assert " code=1013 " in line
        # Neither reads the end of a close handshake.
        ben.vanish(), eve.vanish()
