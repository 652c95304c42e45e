"""A client that floods waits alone: everything it sends counts, and little of it is dealt with at once."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.main import Settings, make_app
from server_snippets.server.connections import guard as guarded_connection
from server_snippets.server.transport import rate_limit
from server_snippets.server.transport.http import LimitedHttpProtocol
from server_snippets.server.transport.protocol import FRAMES_PER_TURN, MAX_UNREAD, FanOutProtocol
from server_snippets.server.transport.rate_limit import MAX_REPLIES, RateLimit
from tests.server_snippets.raw_client import (
    CONT,
    MORE,
    MORE_TEXT,
    PING,
    PONG,
    SECONDS,
    TEXT,
    answer,
    close,
    close_frame,
    frame,
    raw_client,
    rest_of,
)
from websocket_lab import BackgroundServer, LiveClient


FLOODS = {
    "messages": frame(TEXT, b"hi"),
    "pings": frame(PING),
    "pongs": frame(PONG),
    "fragments": frame(MORE_TEXT) + frame(CONT),
}


def serve(settings: Settings, **options: Any) -> BackgroundServer:
    """Return the whole server as the command runs it."""
    return BackgroundServer(make_app(settings), ws=FanOutProtocol, http=LimitedHttpProtocol, **options)


@pytest.fixture
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody get a token back between two frames, however slow the machine is."""
    monkeypatch.setattr(guarded_connection, "RateLimit", partial(RateLimit, clock=lambda: 0.0))


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_every_frame_counts_towards_the_rate(no_time_passes: None, flood: bytes) -> None:
    frames = 2 if flood == FLOODS["fragments"] else 1
    with serve(Settings()) as server, raw_client(server) as eve:
        eve.sendall(flood * (200 // frames) + frame(TEXT, b"too much"))
        heard = b""
        while b'"rate_limited"' not in heard:
            heard += eve.recv(65_536)
    assert answer(b"Echo: too much") not in heard


def test_a_flood_gets_a_few_error_replies_and_not_one_a_message(no_time_passes: None) -> None:
    with serve(Settings()) as server, raw_client(server) as eve:
        eve.sendall(frame(TEXT, b"hi") * 1_000 + close())

        heard = rest_of(eve)
    assert heard.count(answer(b"Echo: hi")) == 200
    assert heard.count(b'"rate_limited"') == MAX_REPLIES


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_that_goes_on_ends_in_1008(monkeypatch: pytest.MonkeyPatch, flood: bytes) -> None:
    monkeypatch.setattr(rate_limit, "PATIENCE_SECONDS", 0.2)
    with serve(Settings()) as server, raw_client(server) as eve:
        heard = b""
        eve.settimeout(0.01)
        while not heard.endswith(close_frame(1008, b"Too many messages")):
            try:
                eve.send(flood * 100)
            except TimeoutError:
                pass
            except ConnectionError:
                # The server has waited for her in vain.
                break
            with suppress(TimeoutError):
                heard += eve.recv(65_536)

    assert heard.endswith(close_frame(1008, b"Too many messages"))


def test_a_client_that_was_over_the_rate_is_served_again() -> None:
    with serve(Settings(rate=5)) as server, LiveClient(server.url("/ws"), deadline=SECONDS) as eve:
        for _ in range(12):
            eve.send("hi")
        eve.wait_for(lambda text: "rate_limited" in text)
        while True:
            eve.send("again")
            if eve.receive_until(lambda text: "again" in text or "limited" in text)[-1] == "Echo: again":
                break


def test_over_the_rate_the_server_stops_reading() -> None:
    with serve(Settings(rate=1)) as server, raw_client(server) as eve:
        eve.settimeout(2.0)
        with pytest.raises(TimeoutError):
            # More than the buffers of both sides hold.
            eve.sendall(frame(TEXT, bytes(60_000)) * 500)


def test_beside_floods_of_every_kind_nobody_loses_anything() -> None:
    over = threading.Event()

    def flood(server: BackgroundServer, frames: bytes) -> None:
        while not over.is_set():
            with raw_client(server) as eve:
                eve.settimeout(0.1)
                while not over.is_set():
                    try:
                        eve.send(frames * 1_000)
                    except TimeoutError:
                        continue
                    except ConnectionError:
                        break

    with serve(Settings()) as server:
        threads = [threading.Thread(target=flood, args=(server, frames)) for frames in FLOODS.values()]
        for thread in threads:
            thread.start()
        try:
            for number in range(20):
                # A handshake is possible, too.
                with LiveClient(server.url("/ws"), deadline=SECONDS) as ana:
                    ana.send(f"hi {number}")
                    assert ana.receive() == f"Echo: hi {number}"
        finally:
            over.set()
            for thread in threads:
                thread.join()


class Noted(FanOutProtocol):
    """A connection that notes in which turn of the event loop each ping is dealt with."""

    connection: "Noted"
    turn = 0
    turns: list[int]

    def handle_ping(self) -> None:
        Noted.connection = self
        self.turns.append(Noted.turn)
        super().handle_ping()


class Gone(FanOutProtocol):
    """A connection that says when it is gone."""

    connection: "Gone"
    is_over = threading.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        Gone.connection = self

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.is_over.set()


@pytest.fixture
def noting_server() -> Iterator[BackgroundServer]:
    """Serve an echo that sets no rate, and count the turns of its event loop."""
    app = FastAPI()
    Noted.turns = []

    async def count() -> None:
        while True:
            Noted.turn += 1
            await asyncio.sleep(0)

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        counting = asyncio.create_task(count())
        await websocket.accept()
        while (message := await websocket.receive())["type"] == "websocket.receive":
            await websocket.send_text(f"Echo: {message['text']}")
        counting.cancel()

    with BackgroundServer(app, ws=Noted, ws_max_size=65_536) as server:
        yield server
        assert not server.errors


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as `condition` holds; it is looked at often."""

    async def poll() -> None:
        async with asyncio.timeout(SECONDS):
            while not condition():
                await asyncio.sleep(0.01)

    asyncio.run(poll())


def test_one_connection_does_little_in_one_turn_of_the_loop(noting_server: BackgroundServer) -> None:
    with raw_client(noting_server) as eve:
        eve.sendall(frame(PING) * 2_000 + close())

        assert rest_of(eve) == (PONG + b"\0") * 2_000 + close_frame(1000)
    # The parser may already have begun to wait for one more.
    assert max(Counter(Noted.turns).values()) <= FRAMES_PER_TURN + 1


def test_a_client_that_does_not_read_has_one_pong_waiting(noting_server: BackgroundServer) -> None:
    many = 120_000
    with raw_client(noting_server) as eve:
        for _ in range(many // 1_000):
            eve.sendall(frame(PING, bytes(125)) * 1_000)
        eve.sendall(frame(PING, b"last"))
        wait_until(lambda: len(Noted.turns) == many + 1)
        assert Noted.connection.transport.get_write_buffer_size() < 10_000

        heard = b""
        while PONG + b"\x04last" not in heard:
            heard = heard[-10:] + eve.recv(65_536)
        eve.sendall(frame(TEXT, b"hi"))
        assert eve.recv(65_536) == answer(b"Echo: hi")


def test_what_a_client_sent_before_it_vanished_is_no_error() -> None:
    received: list[str] = []
    may_receive = threading.Event()
    app = FastAPI()

    @app.websocket("/ws")
    async def late(websocket: WebSocket) -> None:
        await websocket.accept()
        while not may_receive.is_set():
            await asyncio.sleep(0.01)
        while (message := await websocket.receive())["type"] == "websocket.receive":
            received.append(message["text"])
        received.append("the end")

    with BackgroundServer(app, ws=Gone) as server:
        with raw_client(server) as eve:
            eve.sendall(frame(TEXT, b"hi") * MAX_UNREAD)
            wait_until(lambda: Gone.connection.read_paused)
            Gone.connection.transport.abort()
            assert Gone.is_over.wait(SECONDS)
        may_receive.set()
        wait_until(lambda: "the end" in received)
        assert received == ["hi"] * MAX_UNREAD + ["the end"]
        assert not server.errors


def test_a_message_may_have_a_thousand_fragments_and_not_a_thousand_more(
    noting_server: BackgroundServer,
) -> None:
    fragments = frame(MORE_TEXT) + frame(MORE) * 1_000
    with raw_client(noting_server) as ana, raw_client(noting_server) as eve:
        ana.sendall(fragments + frame(CONT, b"hi"))
        eve.sendall(fragments + frame(MORE) * 1_000 + frame(CONT, b"hi"))

        assert ana.recv(65_536) == answer(b"Echo: hi")
        assert rest_of(eve) == close_frame(1008, b"Too many fragments")


def test_a_rate_of_zero_still_bounds_the_fragments() -> None:
    with serve(Settings(rate=0), ws_max_size=65_536) as server, raw_client(server) as eve:
        eve.sendall(frame(MORE_TEXT) + frame(MORE) * 2_000)

        assert rest_of(eve) == close_frame(1008, b"Too many fragments")
