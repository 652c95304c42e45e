"""Limits of what may come in, and a close code for every end."""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.main import Settings, make_app
from server_snippets.server.connections import guard as guarded_connection
from server_snippets.server.connections.guard import ConnectionGuard
from server_snippets.server.shutdown import Draining
from server_snippets.server.transport import rate_limit
from server_snippets.server.transport.open_connections import OpenConnections
from server_snippets.server.transport.rate_limit import RateLimit
from tests.server_snippets.close_line import close_lines
from websocket_lab import BackgroundServer, ConnectionEnded, LiveClient


Connect = Callable[..., LiveClient]
LIMIT = 64 * 1024


@pytest.fixture
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody get a token back between two messages, however slow the machine is."""
    monkeypatch.setattr(guarded_connection, "RateLimit", partial(RateLimit, clock=lambda: 0.0))


@pytest.fixture(scope="module")
def odd_server() -> Iterator[BackgroundServer]:
    """Serve endpoints that end in every way."""
    app = FastAPI()
    app.add_middleware(
        ConnectionGuard, settings=Settings(), open_connections=OpenConnections(), draining=Draining()
    )

    @app.websocket("/return")
    async def come_back(websocket: WebSocket) -> None:
        await websocket.accept()

    @app.websocket("/fail")
    async def fail(websocket: WebSocket) -> None:
        await websocket.accept()
        raise LookupError("a fault of the app")

    @app.websocket("/send")
    async def send(websocket: WebSocket) -> None:
        await websocket.accept()
        while True:
            await websocket.send_text("x" * 1000)
            await asyncio.sleep(0)

    @app.websocket("/code")
    async def code(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close(4321, "own code")

    with BackgroundServer(app) as server:
        yield server


@pytest.mark.parametrize("path", ["/ws", "/ws/1", "/ws/json", "/ws/tasks", "/ws/chat/lobby/ana"])
def test_one_byte_over_the_limit_closes_with_1009(connect: Connect, path: str) -> None:
    ana = connect(path)
    ana.send("x" * LIMIT)
    ana.send("x" * (LIMIT + 1))

    assert ana.wait_closed() == 1009
    assert ana.close_reason == "Message too big"


def test_the_longest_message_passes(connect: Connect) -> None:
    ana = connect("/ws")
    ana.send("ü" * (LIMIT // 2))
    assert ana.receive() == f"Echo: {'ü' * (LIMIT // 2)}"
    ana.send(bytes(LIMIT))

    assert ana.receive() == bytes(LIMIT)


@pytest.mark.parametrize("message", ["ü" * (LIMIT // 2) + "x", bytes(LIMIT + 1)], ids=["letters", "binary"])
def test_the_limit_counts_bytes(connect: Connect, message: str | bytes) -> None:
    ana = connect("/ws")
    ana.send(message)

    assert ana.wait_closed() == 1009


def test_whoever_sends_too_much_leaves_the_room_like_others(connect: Connect, room: str) -> None:
    ana, eve = connect(f"/ws/chat/{room}/ana"), connect(f"/ws/chat/{room}/eve", "Eve")
    eve.send("x" * (LIMIT + 1))

    assert ana.wait_for(lambda text: '"left"' in text)
    assert eve.wait_closed() == 1009


def test_a_burst_beyond_the_rate_gets_errors_and_is_not_delivered(no_time_passes: None) -> None:
    with (
        BackgroundServer(make_app(Settings(rate=1))) as server,
        LiveClient(server.url("/ws/json")) as ana,
        LiveClient(server.url("/ws/json"), "Ben") as ben,
    ):
        ben.send_json({"action": "subscribe", "channel": "news"})
        ben.receive()
        for number in range(4):
            ana.send_json({"action": "send", "channel": "news", "message": str(number)})

        assert [ana.receive_json()["code"] for _ in range(2)] == ["rate_limited"] * 2
        assert [ben.receive_json()["message"] for _ in range(2)] == ["0", "1"]
        ben.send_json({"action": "echo", "data": "fence"})
        assert ben.receive_json()["data"] == "fence"


def test_the_limit_holds_for_an_echo_and_each_connection_has_its_own(no_time_passes: None) -> None:
    with (
        BackgroundServer(make_app(Settings(rate=1))) as server,
        LiveClient(server.url("/ws")) as ana,
        LiveClient(server.url("/ws"), "Ben") as ben,
    ):
        for _ in range(3):
            ana.send("hi")
        ben.send("hi")

        assert [ana.receive() for _ in range(2)] == ["Echo: hi"] * 2
        assert json.loads(ana.receive())["code"] == "rate_limited"
        assert ben.receive() == "Echo: hi"


def test_whoever_goes_on_beyond_the_rate_is_closed_with_1008(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "PATIENCE_SECONDS", 0.2)
    with BackgroundServer(make_app()) as server, LiveClient(server.url("/ws/json"), "Eve") as eve:
        with pytest.raises(ConnectionEnded):
            while True:
                eve.send("{}")

        assert (eve.wait_closed(), eve.close_reason) == (1008, "Too many messages")


def test_whoever_goes_on_without_reading_is_closed_too() -> None:
    with BackgroundServer(make_app()) as server:
        with LiveClient(server.url("/ws"), "Eve", ping_interval=None) as eve:
            eve.pause_reading()
            eve.deadline = 2.0
            with pytest.raises((TimeoutError, ConnectionEnded)):
                while True:
                    eve.send("x" * 65_000)
            with LiveClient(server.url("/ws")) as ana:
                ana.send("hi")
                assert ana.receive() == "Echo: hi"
            eve.vanish()
        assert not server.errors


def test_two_hundred_messages_pass_at_once(connect: Connect) -> None:
    ana = connect("/ws")
    for number in range(200):
        ana.send(str(number))

    assert [ana.receive() for _ in range(200)] == [f"Echo: {number}" for number in range(200)]


def test_a_rate_of_zero_lets_everything_pass() -> None:
    with BackgroundServer(make_app(Settings(rate=0))) as server, LiveClient(server.url("/ws")) as ana:
        for _ in range(1000):
            ana.send("hi")

        assert {ana.receive() for _ in range(1000)} == {"Echo: hi"}


def test_a_handler_that_returns_closes_with_1000(odd_server: BackgroundServer) -> None:
    assert LiveClient(odd_server.url("/return")).connect().wait_closed() == 1000


def test_a_handler_that_closes_keeps_its_code(odd_server: BackgroundServer) -> None:
    ana = LiveClient(odd_server.url("/code")).connect()

    assert (ana.wait_closed(), ana.close_reason) == (4321, "own code")


def test_a_handler_that_fails_closes_with_1011_and_is_reported(
    odd_server: BackgroundServer, caplog: pytest.LogCaptureFixture
) -> None:
    ana = LiveClient(odd_server.url("/fail")).connect()

    assert (ana.wait_closed(), ana.close_reason) == (1011, "Internal error")
    assert "a fault of the app" in odd_server.errors.pop()


def test_a_client_that_leaves_while_it_is_told_something_is_no_error(odd_server: BackgroundServer) -> None:
    with LiveClient(odd_server.url("/send")) as ana:
        ana.receive()
        ana.vanish()
    with LiveClient(odd_server.url("/return")) as ben:
        ben.wait_closed()

    assert not odd_server.errors


def test_a_frame_against_the_protocol_is_no_error(
    connect: Connect, whole_server: BackgroundServer, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/ws", "/ws/json", "/ws/1"):
        eve = connect(path, "Eve")
        transport = eve._connection._websocket.transport  # type: ignore[union-attr]
        # "hi" as it should be, and then text that is no UTF-8.
        transport.write(b"\x81\x82\0\0\0\0hi" * 3 + b"\x81\x82\0\0\0\0\xff\xff")

        assert eve.wait_closed() == 1007
    assert not whole_server.errors
    assert "Exception in ASGI application" not in caplog.text


def test_the_code_of_a_client_that_leaves_while_it_is_sent_something_is_logged(
    odd_server: BackgroundServer,
) -> None:
    with close_lines() as lines:
        eve = LiveClient(odd_server.url("/send"), "Eve").connect()
        eve.receive()
        eve.disconnect(3456)
        assert " code=3456 " in lines.next()
