"""Whoever is slow waits alone, and is disconnected in the end."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from server_snippets.main import Settings, make_app
from server_snippets.server.connections import guard as guarded_connection
from server_snippets.server.settings import MIB
from server_snippets.server.transport import backlog
from server_snippets.server.transport import protocol as websocket_protocol
from server_snippets.server.transport.protocol import FanOutProtocol
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


def test_over_the_total_the_slowest_of_all_clients_is_disconnected_first(
    protocol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the total can disconnect anyone.
    monkeypatch.setattr(backlog, "MAX_BYTES", 1024 * MIB)
    # Ben's 12 MB are more than sockets take, so some wait; a message counts twice, as text and as frame,
    # so Ben has 24 MB at most, and Eve has more when both together have reached the total.
    settings = Settings(rate=0, max_backlog_bytes=64 * MIB)
    with (
        BackgroundServer(make_app(settings), ws=protocol) as server,
        close_lines() as lines,
        LiveClient(server.url("/ws/json"), "Ben", ping_interval=None) as ben,
        LiveClient(server.url("/ws/chat/lobby/eve"), "Eve", ping_interval=None) as eve,
        LiveClient(server.url("/ws/chat/lobby/ana"), ping_interval=None) as ana,
    ):
        ana.wait_for(lambda text: '["ana","eve"]' in text)
        stall(ben)
        for _ in range(200):
            ben.send_json({"action": "echo", "data": BIG})
        stall(eve)
        sent = 0
        while '"left"' not in talk(ana):
            sent += 1
            assert sent < 2000, "The backlogs are not bounded."

        assert "path=/ws/chat/lobby/eve" in (line := lines.next())
        assert " code=1013 " in line
        eve.vanish()
        ben.resume_reading()
        ben.send_json({"action": "subscribe", "channel": "a"})
        assert ben.wait_for(lambda text: '"subscribed"' in text)


@pytest.mark.parametrize("path", ["/ws", "/ws/auth?token=secret-token"])
def test_a_plain_echo_that_nobody_reads_counts_in_the_total(path: str) -> None:
    settings = Settings(rate=0, max_backlog_bytes=100_000)
    with (
        BackgroundServer(make_app(settings), ws=FanOutProtocol) as server,
        close_lines() as lines,
        LiveClient(server.url(path), "Eve", ping_interval=None) as eve,
    ):
        stall(eve)
        # More than sockets take.
        for _ in range(400):
            eve.send(BIG)

        assert " code=1013 " in lines.next()
        eve.vanish()
