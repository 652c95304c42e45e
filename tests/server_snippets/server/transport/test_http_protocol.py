"""Request heads have limits, every handshake gets an answer, and it gets it in time."""

import asyncio
import logging
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from starlette.types import ASGIApp

from server_snippets.main import Settings, make_app
from server_snippets.server.options import read_arguments
from server_snippets.server.serve import make_server
from server_snippets.server.transport import http as http_protocol
from server_snippets.server.transport.encoded_message import EncodedMessage
from server_snippets.server.transport.http import LimitedHttpProtocol
from server_snippets.server.transport.open_connections import SPARE
from server_snippets.server.transport.protocol import EXTENSION, FanOutProtocol
from tests.server_snippets.service import serving, stop
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


KEY = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
VERSION = b"Sec-WebSocket-Version: 13\r\n"
HALF_A_HANDSHAKE = b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
REQUEST = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# "hi", with a mask of zeros, and its echo.
HI, ECHO = b"\x81\x82\0\0\0\0hi", b"\x81\x08Echo: hi"
SECONDS = 60


def handshake(*headers: bytes, path: bytes = b"/ws") -> bytes:
    """Return a handshake with some more headers."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + KEY + VERSION + lines + b"\r\n"


def serve(app: ASGIApp, **options: Any) -> BackgroundServer:
    """Return a server as the command runs it."""
    return BackgroundServer(app, http=LimitedHttpProtocol, ws=FanOutProtocol, **options)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a whole request, and for a client to read its answer, however slow the machine is."""
    monkeypatch.setattr(http_protocol, "HANDSHAKE_TIMEOUT", SECONDS)
    monkeypatch.setattr(http_protocol, "LINGER_SECONDS", SECONDS)


@pytest.fixture
def server(patient: None) -> Iterator[BackgroundServer]:
    """Run the whole server, which waits for a handshake for a long time."""
    with serve(make_app()) as server:
        yield server
        assert not server.errors


@pytest.fixture
def hasty_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BackgroundServer]:
    """Run the whole server, which waits for half a second only."""
    monkeypatch.setattr(http_protocol, "HANDSHAKE_TIMEOUT", 0.5)
    with serve(make_app()) as server:
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


def answer_to(server: BackgroundServer, words: bytes) -> int:
    """Return the status that the server answers with before it ends the connection; 0 without an answer."""
    with visit(server) as eve:
        eve.sendall(words)
        answer = wait_for_the_end(eve)
    return int(answer.split()[1]) if answer else 0


def read_until(visitor: socket.socket, end: bytes) -> bytes:
    """Return what comes until `end` has come."""
    received = b""
    while end not in received:
        data = visitor.recv(65_536)
        assert data, received
        received += data
    return received


# Handshakes that are refused

REFUSED = {
    handshake(b"Cookie: " + b"x" * 9_000): 431,
    handshake(*[b"X: y"] * 120): 431,
    handshake(*[b"X: y"] * 140): 431,
    handshake(path=b"/ws?token=" + b"x" * 9_000): 414,
    handshake(b"Content-Length: 5"): 400,
    handshake(b"Transfer-Encoding: chunked"): 400,
    handshake(b"X: \x01"): 400,
    handshake().replace(b"13", b"12"): 400,
}


@pytest.mark.parametrize("websocket_class", ["auto", FanOutProtocol], ids=["uvicorn", "ours"])
def test_a_handshake_that_the_parser_refuses_gets_its_status_and_an_end(
    patient: None, websocket_class: Any
) -> None:
    with BackgroundServer(make_app(), ws=websocket_class) as server:
        assert [answer_to(server, words) for words in REFUSED] == list(REFUSED.values())
        assert not server.errors


def test_a_refused_handshake_is_logged_without_its_query(
    server: BackgroundServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="server_snippets")
    answer_to(server, handshake(b"Content-Length: 5", path=b"/ws/auth?token=mine"))
    answer_to(server, handshake(path=b"/ws?token=" + b"x" * 9_000))

    no_body, too_long = [record.getMessage() for record in caplog.records if record.name == "server_snippets"]
    assert no_body == (
        "event=refused path=/ws/auth address=127.0.0.1 status=400 reason='An upgrade request has no body'"
    )
    assert too_long.startswith("event=refused path=/ws address=127.0.0.1 status=414 reason=")


def test_a_refused_handshake_is_logged_without_its_headers(
    server: BackgroundServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="server_snippets")
    # No subprotocol may have a space, or end with "=", as tokens in base64 do.
    for token in (b"my secret", b"bearer, bXkgc2VjcmV0="):
        assert answer_to(server, handshake(b"Sec-WebSocket-Protocol: " + token)) == 400

    lines = [record.getMessage() for record in caplog.records if record.name == "server_snippets"]
    assert lines == 2 * [
        "event=refused path=/ws address=127.0.0.1 status=400 reason='invalid Sec-WebSocket-Protocol header'"
    ]


def test_refused_and_unfinished_handshakes_do_not_keep_the_server_from_ending() -> None:
    with serving("--drain-seconds", "30") as (port, process), ExitStack() as visitors:
        for words in [HALF_A_HANDSHAKE, *REFUSED, REQUEST]:
            eve = visitors.enter_context(socket.create_connection(("127.0.0.1", port), timeout=SECONDS))
            eve.sendall(words)
        assert eve.recv(65_536)
        output = stop(process)

    assert (process.returncode, "Traceback" in output) == (0, False), output


def test_unfinished_handshakes_count_as_connections(patient: None) -> None:
    with serve(make_app(Settings(max_connections=2))) as server, ExitStack() as visitors:
        eves = [visitors.enter_context(visit(server)) for _ in range(2)]
        for eve in eves:
            eve.sendall(HALF_A_HANDSHAKE)
        with pytest.raises(ConnectFailed) as failure:
            LiveClient(server.url("/ws")).connect()
        assert failure.value.status == 503
        for eve in eves:
            eve.sendall(b"Broken\r\n\r\n")
            wait_for_the_end(eve)
        with LiveClient(server.url("/ws")) as ana:
            ana.send("hi")
            assert ana.receive() == "Echo: hi"


def test_unfinished_handshakes_count_for_their_address(patient: None) -> None:
    with serve(make_app(Settings(max_per_address=1))) as server, visit(server) as eve:
        eve.sendall(HALF_A_HANDSHAKE)
        # Her connection is counted before Ana's, which came later.
        assert LiveClient(server.url("/ws")).connect().wait_closed() == 1013


def test_more_connections_than_the_server_can_keep_get_503_at_once(patient: None) -> None:
    most = 10
    with serve(make_app(Settings(max_connections=most))) as server, ExitStack() as visitors:
        for _ in range(most + SPARE):
            visitors.enter_context(visit(server))
        with visit(server) as last:
            assert wait_for_the_end(last).startswith(b"HTTP/1.1 503 ")


def test_connections_that_were_answered_take_room_too(patient: None) -> None:
    most = 1
    app = make_app(Settings(max_connections=most))
    with serve(app, timeout_keep_alive=SECONDS) as server, ExitStack() as visitors:
        for _ in range(most + SPARE):
            visitor = visitors.enter_context(visit(server))
            visitor.sendall(REQUEST)
            assert b"200 OK" in visitor.recv(65_536)
        with visit(server) as last:
            assert wait_for_the_end(last).startswith(b"HTTP/1.1 503 ")


# Request heads without end

ENDLESS = {
    "headers": (b"GET /ws HTTP/1.1\r\n", b"X-Y: z\r\n", 431),
    "a header": (b"GET /ws HTTP/1.1\r\nX: ", b"xyz", 431),
    "a request line": (b"GET /ws?", b"xyz", 414),
    "blank lines": (b"", b"\r\n", 431),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_a_request_head_without_end_is_refused(server: BackgroundServer, what: str) -> None:
    begin, more, status = ENDLESS[what]
    with visit(server) as eve:
        eve.sendall(begin)
        eve.settimeout(0.01)
        answer, sent = b"", 0
        while not answer and sent < 100_000_000:
            with suppress(TimeoutError, ConnectionError):
                sent += eve.send(more * 1000)
            with suppress(TimeoutError):
                answer = eve.recv(1000)
        assert answer.startswith(b"HTTP/1.1 %d " % status)


def test_trailers_without_end_end_the_connection(server: BackgroundServer) -> None:
    with visit(server) as eve:
        eve.sendall(b"POST /slow HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
        eve.settimeout(0.01)
        answer, is_open, sent = b"", True, 0
        while is_open and sent < 100_000_000:
            try:
                sent += eve.send(b"X-Y: z\r\n" * 1000)
                is_open = bool(part := eve.recv(1000))
                answer += part
            except TimeoutError:
                pass
            except ConnectionError:
                is_open = False

        assert not is_open
        # The app may have answered before, for it need not wait for a request's body.
        assert answer[:13] in (b"", b"HTTP/1.1 404 ", b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (REQUEST[:-2] + b"X-Y: z\r\n" * 101 + b"\r\n", 431),
        (REQUEST[:-2] + b"X: " + b"y" * 66_000 + b"\r\n\r\n", 431),
        (REQUEST.replace(b"/health", b"/health?" + b"y" * 66_000), 414),
    ],
)
def test_a_whole_request_head_that_is_too_large_is_refused(
    server: BackgroundServer, request_head: bytes, status: int
) -> None:
    assert answer_to(server, request_head) == status


def test_a_large_request_head_within_the_limits_passes(server: BackgroundServer) -> None:
    with visit(server) as ana:
        ana.sendall(REQUEST[:-2] + b"X: " + b"y" * 600 + b"\r\n" + b"X-Y: z\r\n" * 98 + b"\r\n")

        assert b"200 OK" in ana.recv(65_536)


def test_a_long_body_is_no_head(patient: None) -> None:
    app = FastAPI()

    @app.post("/count")
    async def count(request: Request) -> int:
        return len(await request.body())

    with serve(app) as server, visit(server) as ana:
        ana.sendall(b"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + bytes(1_000_000))

        assert read_until(ana, b"1000000").startswith(b"HTTP/1.1 200 OK")


# Requests in one segment


def test_a_handshake_behind_a_request_is_answered_after_it_and_stays_open(patient: None) -> None:
    # uvicorn would end the WebSocket connection when the request's keep-alive is over.
    with serve(make_app(), timeout_keep_alive=1) as server, visit(server) as ana, visit(server) as ben:
        ana.sendall(REQUEST + handshake())
        received = read_until(ana, b"101 Switching Protocols")
        assert received.startswith(b"HTTP/1.1 200 OK")
        ben.sendall(REQUEST)
        # Ben's keep-alive has begun after Ana's, and ends after it.
        assert b"200 OK" in wait_for_the_end(ben)
        ana.sendall(HI)

        assert read_until(ana, ECHO).endswith(ECHO)


def test_a_refusal_behind_a_request_is_sent_after_its_answer(server: BackgroundServer) -> None:
    with visit(server) as eve:
        eve.sendall(REQUEST + REQUEST + handshake(b"Content-Length: 5"))
        statuses = re.findall(rb"HTTP/1.1 (\d+)", wait_for_the_end(eve))

    assert statuses == [b"200", b"200", b"400"]


@pytest.mark.parametrize("websocket_class", ["auto", FanOutProtocol], ids=["uvicorn", "ours"])
@pytest.mark.parametrize("before", [b"", REQUEST], ids=["alone", "behind a request"])
def test_a_message_in_the_segment_of_its_handshake_is_answered(
    patient: None, websocket_class: Any, before: bytes
) -> None:
    with BackgroundServer(make_app(), ws=websocket_class) as server, visit(server) as ana:
        ana.sendall(before + handshake() + HI)

        assert read_until(ana, ECHO).endswith(ECHO)


def test_a_message_behind_a_handshake_that_waits_is_answered(patient: None) -> None:
    answer, waits = threading.Event(), threading.Event()
    app = FastAPI()

    @app.get("/slow")
    def slow() -> None:
        waits.set()
        answer.wait(SECONDS)

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(f"Echo: {await websocket.receive_text()}")

    with serve(app) as server, visit(server) as ana:
        ana.sendall(REQUEST.replace(b"/health", b"/slow") + handshake() + HI[:3])
        assert waits.wait(SECONDS)
        ana.sendall(HI[3:])
        answer.set()

        assert ECHO in read_until(ana, ECHO)


def test_requests_behind_upgrades_that_are_not_made_are_answered(server: BackgroundServer) -> None:
    upgrade = REQUEST[:-2] + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with visit(server) as ana:
        ana.sendall(upgrade * 3 + REQUEST[:-2] + b"Connection: close\r\n\r\n")
        statuses = re.findall(rb"HTTP/1.1 (\d+)", wait_for_the_end(ana))

    assert statuses == [b"200"] * 4


def test_the_body_of_a_request_for_an_upgrade_is_not_taken_for_a_request(server: BackgroundServer) -> None:
    headers = b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: %d\r\n\r\n" % len(REQUEST)
    with visit(server) as eve:
        eve.sendall(b"POST /health HTTP/1.1\r\nHost: a\r\n" + headers + REQUEST)
        statuses = re.findall(rb"HTTP/1.1 (\d+)", wait_for_the_end(eve))

    assert statuses == [b"400"]


def test_frames_do_not_overtake_an_answer_that_is_still_unread(patient: None) -> None:
    # More than TCP takes.
    body = bytes(16_000_000)
    comes, reads = threading.Event(), threading.Event()
    app = FastAPI()

    @app.get("/large")
    async def large() -> Response:
        return Response(body)

    @app.websocket("/ws")
    async def greet(websocket: WebSocket) -> None:
        comes.set()
        await websocket.accept()
        # Nothing is written meanwhile, because this holds up the whole server.
        reads.wait(SECONDS)
        websocket.scope["extensions"][EXTENSION]["writer"].put(EncodedMessage("Echo: hi"))
        await websocket.receive()

    with serve(app) as server, socket.socket() as ana:
        ana.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        ana.settimeout(SECONDS)
        ana.connect(("127.0.0.1", server.port))
        ana.sendall(REQUEST.replace(b"/health", b"/large") + handshake())
        assert comes.wait(SECONDS)
        received = bytearray()
        while not received.endswith(ECHO):
            data = ana.recv(65_536)
            assert data
            received += data
            if len(received) > 2_000_000:
                reads.set()

    _, _, after_head = received.partition(b"\r\n\r\n")
    assert after_head[len(body) :].startswith(b"HTTP/1.1 101 ")


def test_a_client_that_does_not_read_its_answer_is_cut_off(
    patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_ended = threading.Event()
    app = FastAPI()

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield bytes(65_536)
                    # Without it, a body for nobody would hold up the server.
                    await asyncio.sleep(0)
            finally:
                has_ended.set()

        return StreamingResponse(body())

    monkeypatch.setattr(http_protocol, "READ_TIMEOUT", 0.1)
    with serve(app) as server, visit(server) as eve:
        eve.sendall(REQUEST.replace(b"/health", b"/endless"))

        assert has_ended.wait(SECONDS)


# The time of a handshake


@pytest.mark.parametrize("words", [b"", HALF_A_HANDSHAKE, b"\r\n"])
def test_who_does_not_ask_in_time_is_cut_off(hasty_server: BackgroundServer, words: bytes) -> None:
    with visit(hasty_server) as eve:
        eve.sendall(words)

        assert wait_for_the_end(eve) == b""


def test_a_byte_now_and_then_does_not_help(hasty_server: BackgroundServer) -> None:
    with visit(hasty_server) as eve:
        eve.settimeout(0.05)
        deadline = time.monotonic() + SECONDS
        while not has_ended(eve):
            assert time.monotonic() < deadline
            with suppress(ConnectionError):
                eve.sendall(b"G")


def test_half_of_a_second_request_is_not_waited_for_either(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with visit(server) as eve:
        eve.sendall(REQUEST)
        assert b"200 OK" in eve.recv(65_536)
        monkeypatch.setattr(http_protocol, "HANDSHAKE_TIMEOUT", 0.1)
        eve.sendall(HALF_A_HANDSHAKE)

        assert b"HTTP/1.1" not in wait_for_the_end(eve)


@pytest.mark.parametrize("websocket_class", ["auto", FanOutProtocol], ids=["uvicorn", "ours"])
def test_a_handshake_that_the_app_does_not_answer_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, websocket_class: Any
) -> None:
    app = FastAPI()

    @app.websocket("/ws")
    async def never(websocket: WebSocket) -> None:
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass

    monkeypatch.setattr(http_protocol, "HANDSHAKE_TIMEOUT", 0.5)
    with BackgroundServer(app, ws=websocket_class) as server, visit(server) as eve:
        eve.sendall(handshake())

        assert b"101" not in wait_for_the_end(eve)


def test_a_connection_that_has_shaken_hands_stays(
    hasty_server: BackgroundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ana must be in time, and her machine may be slow.
    monkeypatch.setattr(http_protocol, "HANDSHAKE_TIMEOUT", 3.0)
    with LiveClient(hasty_server.url("/ws")) as ana:
        with visit(hasty_server) as eve:
            # Eve came after Ana: when she is cut off, Ana's time would be over, too.
            wait_for_the_end(eve)
        ana.send("still here")

        assert ana.receive() == "Echo: still here"


def test_the_service_waits_ten_seconds() -> None:
    config = make_server(read_arguments([])).config

    assert config.http_protocol_class is LimitedHttpProtocol
    assert http_protocol.HANDSHAKE_TIMEOUT == 10
