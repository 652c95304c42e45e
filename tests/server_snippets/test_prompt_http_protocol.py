"""Who connects and does not ask for anything in time is cut off; uvicorn alone would wait for ever."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from server_snippets import prompt_http_protocol
from server_snippets.command_line import read_arguments
from server_snippets.draining_protocol import DrainingProtocol
from server_snippets.main import make_app
from server_snippets.prompt_http_protocol import PromptHttpProtocol
from server_snippets.service import make_server
from websocket_lab import BackgroundServer, LiveClient


HALF_A_HANDSHAKE = b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
REQUEST = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SECONDS = 60


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BackgroundServer]:
    """Run the whole server, which waits for half a second only."""
    monkeypatch.setattr(prompt_http_protocol, "REQUEST_SECONDS", 0.5)
    with BackgroundServer(make_app(), http=PromptHttpProtocol, ws=DrainingProtocol) as server:
        yield server
        assert not server.errors


def wait_for_the_end(visitor: socket.socket) -> bytes:
    """Return what comes until the server ends the connection."""
    received = b""
    # A reset is an end, too: the server had not read everything.
    with suppress(ConnectionResetError):
        while data := visitor.recv(65_536):
            received += data
    return received


def has_ended(visitor: socket.socket) -> bool:
    """Return whether the server has ended the connection; wait for that as long as the socket's timeout."""
    try:
        return not visitor.recv(1)
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def visit(server: BackgroundServer) -> socket.socket:
    """Return a TCP connection to the server."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS)


@pytest.mark.parametrize("words", [b"", HALF_A_HANDSHAKE, b"\r\n"])
def test_who_does_not_ask_in_time_is_cut_off(server: BackgroundServer, words: bytes) -> None:
    with visit(server) as eve:
        eve.sendall(words)

        assert wait_for_the_end(eve) == b""


def test_a_byte_now_and_then_does_not_help(server: BackgroundServer) -> None:
    with visit(server) as eve:
        eve.settimeout(0.05)
        deadline = time.monotonic() + SECONDS
        while not has_ended(eve):
            assert time.monotonic() < deadline
            with suppress(ConnectionError):
                eve.sendall(b"G")


def test_half_of_a_second_request_is_not_waited_for_either(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_http_protocol, "REQUEST_SECONDS", SECONDS)
    with visit(server) as eve:
        eve.sendall(REQUEST)
        assert b"200 OK" in eve.recv(65_536)
        monkeypatch.setattr(prompt_http_protocol, "REQUEST_SECONDS", 0.1)
        eve.sendall(HALF_A_HANDSHAKE)

        assert b"HTTP/1.1" not in wait_for_the_end(eve)


def test_a_connection_that_has_shaken_hands_stays(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ana must be in time, and her machine may be slow.
    monkeypatch.setattr(prompt_http_protocol, "REQUEST_SECONDS", 3.0)
    with LiveClient(server.url("/ws")) as ana:
        with visit(server) as eve:
            # Eve came behind Ana: when she is cut off, Ana's time would be over, too.
            wait_for_the_end(eve)
        ana.send("still here")

        assert ana.receive() == "Echo: still here"


def test_uvicorn_alone_waits_longer(server: BackgroundServer) -> None:
    with BackgroundServer(make_app()) as alone, visit(alone) as patient:
        with visit(server) as eve:
            wait_for_the_end(eve)
        patient.settimeout(0.05)

        assert not has_ended(patient)


def test_the_service_waits_ten_seconds() -> None:
    config = make_server(read_arguments([])).config

    assert config.http_protocol_class is PromptHttpProtocol
    assert prompt_http_protocol.REQUEST_SECONDS == 10
