"""The end of a connection: whatever a client has sent that nobody read, it hears why it is closed."""

import asyncio
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.server.transport import protocol as websocket_protocol
from server_snippets.server.transport.encoded_message import EncodedMessage
from server_snippets.server.transport.frame_writer import ignore
from server_snippets.server.transport.protocol import EXTENSION, FanOutProtocol
from tests.server_snippets.raw_client import NO_MASK, SECONDS, close_frame, frame, raw_client, rest_of
from websocket_lab import BackgroundServer


# More than the buffers of both sides hold.
MANY = 10_000_000
TOO_LONG = b"\x82\xff" + struct.pack("!Q", MANY) + NO_MASK + bytes(MANY)


class Ending:
    """One endpoint that accepts, and then reads nothing until a test lets it."""

    def __init__(self) -> None:
        self.told: Any = None
        self.is_told = threading.Event()
        self.may_flood = threading.Event()
        self.may_receive = threading.Event()

    def app(self) -> FastAPI:
        """Return an app that notes what it is told in the end."""
        app = FastAPI()

        @app.websocket("/ws")
        async def endpoint(websocket: WebSocket) -> None:
            await websocket.accept()
            writer = websocket.scope["extensions"][EXTENSION]["writer"]
            while not (self.may_receive.is_set() or self.may_flood.is_set()):
                await asyncio.sleep(0.01)
            while self.may_flood.is_set() and writer.put is not ignore:
                writer.put(EncodedMessage("x" * 60_000))
                await asyncio.sleep(0)
            while (message := await websocket.receive())["type"] == "websocket.receive":
                pass
            self.told = message
            self.is_told.set()

        return app


Serve = Callable[..., BackgroundServer]


UNREAD = frame(b"\x82", bytes(60_000)) * 60


class Noted(FanOutProtocol):
    """A connection that says when it is over."""

    is_over = threading.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.is_over.set()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a client's end of the connection until it comes, however slow the machine is."""
    monkeypatch.setattr(websocket_protocol, "GOODBYE_SECONDS", SECONDS)


@pytest.fixture
def ending() -> Iterator[Ending]:
    Noted.is_over.clear()
    ending = Ending()
    yield ending
    ending.may_receive.set()


@pytest.fixture(params=["auto", "asyncio"])
def serve(request: pytest.FixtureRequest, ending: Ending) -> Iterator[Callable[..., BackgroundServer]]:
    """Serve the endpoint; nothing may go wrong there."""
    servers: list[BackgroundServer] = []

    def start(**options: Any) -> BackgroundServer:
        options |= {"ws": Noted, "ws_max_size": 65_536, "loop": request.param}
        servers.append(BackgroundServer(ending.app(), **options).start())
        return servers[0]

    yield start
    ending.may_receive.set()
    servers[0].stop()
    assert not servers[0].errors


def test_whoever_sends_too_much_before_it_reads_hears_1009(serve: Serve) -> None:
    with raw_client(serve()) as eve:
        eve.sendall(TOO_LONG)

        assert rest_of(eve) == close_frame(1009, b"frame with 10000000 bytes exceeds limit of 65536 bytes")


def test_whoever_does_not_answer_pings_hears_1011_behind_all_that_it_has_sent(serve: Serve) -> None:
    with raw_client(serve(ws_ping_interval=0.1, ws_ping_timeout=0.1)) as eve:
        # The app reads none of it, and so in the end the server does not, either.
        eve.sendall(UNREAD)

        ping, close = bytes([0x89, 4]), close_frame(1011, b"keepalive ping timeout")
        heard = rest_of(eve)
        assert heard.startswith(ping) and heard[6:] == close


def test_whoever_reads_too_slowly_hears_1013_behind_all_that_it_has_sent(
    serve: Serve, ending: Ending
) -> None:
    with raw_client(serve()) as eve:
        ending.may_flood.set()
        eve.sendall(UNREAD)
        assert ending.is_told.wait(SECONDS)

        assert rest_of(eve).endswith(close_frame(1013, b"You read too slowly"))


def test_the_app_hears_it_at_once(serve: Serve, ending: Ending) -> None:
    ending.may_receive.set()
    with raw_client(serve()) as eve:
        eve.sendall(TOO_LONG[:100])

        assert ending.is_told.wait(SECONDS)
        assert ending.told["code"] == 1009


def test_a_client_that_does_not_end_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_protocol, "GOODBYE_SECONDS", 0.05)
    with raw_client(serve()) as eve:
        eve.sendall(TOO_LONG[:100])

        assert rest_of(eve)
        assert Noted.is_over.wait(SECONDS)


def test_what_follows_a_text_that_is_not_utf_8_is_ignored(serve: Serve) -> None:
    with raw_client(serve()) as eve:
        eve.sendall(frame(b"\x81", b"\xff") + frame(b"\x89", b"") + frame(b"\x88", b"\x0f\xa0"))

        assert rest_of(eve) == close_frame(1007, b"Not UTF-8")
