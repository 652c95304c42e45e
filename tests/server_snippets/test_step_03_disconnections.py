"""Step 3: every conversation ends with a close code, and the server notes how."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from server_snippets.step_03_disconnections import app, converse, diary
from tests.jupyterlab import wait_for
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server


@pytest.fixture
def ana(server: BackgroundServer) -> Iterator[LiveClient]:
    diary.clear()
    with LiveClient(server.url("/ws")) as ana:
        yield ana
    # So that it is not noted in the next test.
    noted()


def noted() -> str:
    """Return what the server writes into its diary about the next conversation to end."""
    wait_for(lambda: bool(diary), 60, "The conversation is not in the diary.")
    return diary[-1]


def test_the_cake_is_shared(ana: LiveClient) -> None:
    ana.send("4")
    ana.send("3")

    assert [ana.receive(), ana.receive()] == ["250 g each", "333 g each"]


@pytest.mark.parametrize(
    ("message", "code", "reason", "note"),
    [
        ("bye", 1000, "Goodbye", "said goodbye"),
        (b"\x01", 1003, "Text only, please", "WebSocketException 1003 Text only, please"),
        ("many", 1008, "Numbers only, please", "WebSocketException 1008 Numbers only, please"),
        ("0", 1011, "Something broke here", "ZeroDivisionError('division by zero')"),
    ],
)
def test_the_server_closes_in_words(
    ana: LiveClient, message: str | bytes, code: int, reason: str, note: str
) -> None:
    ana.send(message)

    assert (ana.wait_closed(), ana.close_reason) == (code, reason)
    assert noted() == note


def test_its_own_bug_reaches_the_log_and_nothing_else_does(server: BackgroundServer) -> None:
    diary.clear()
    server.errors.clear()
    for message in ("bye", b"\x01", "many", "0"):
        with LiveClient(server.url("/ws")) as ana:
            ana.send(message)
            ana.wait_closed()

    wait_for(lambda: len(diary) == 4 and bool(server.errors), 60, "The bug is not in the log.")
    assert [error.splitlines()[-1] for error in server.errors] == ["ZeroDivisionError: division by zero"]


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4001])
def test_the_server_notes_how_a_client_leaves(ana: LiveClient, code: int) -> None:
    ana.disconnect(code, "see you")

    assert noted() == f"WebSocketDisconnect {code} see you"


def test_a_vanished_client_is_noted_without_a_traceback(server: BackgroundServer, ana: LiveClient) -> None:
    server.errors.clear()
    ana.vanish()

    assert ana.wait_closed() == 1006
    # uvicorn's word for a connection without a close frame; other servers may say 1006.
    assert noted() == "WebSocketDisconnect 1005"
    assert not server.errors


@pytest.mark.parametrize("reason", ["x" * 124, "ä" * 62])
def test_a_reason_that_is_too_long_ends_the_connection_without_a_close_frame(reason: str) -> None:
    late = FastAPI()

    @late.websocket("/ws")
    async def close(websocket: WebSocket) -> None:
        await converse(websocket, lambda websocket: websocket.close(4000, reason))

    with BackgroundServer(late) as server, LiveClient(server.url("/ws")) as ana:
        assert ana.wait_closed() == 1006
        assert "control frame too long" in server.errors[-1]


def test_a_bug_after_the_client_has_gone_is_the_only_error() -> None:
    late = FastAPI()

    async def fail_when_alone(websocket: WebSocket) -> None:
        await websocket.receive()
        raise LookupError("too late")

    @late.websocket("/ws")
    async def fail(websocket: WebSocket) -> None:
        await converse(websocket, fail_when_alone)

    with BackgroundServer(late) as server:
        LiveClient(server.url("/ws")).connect().vanish()
        wait_for(lambda: bool(server.errors), 60, "The bug is not in the log.")
        assert server.errors[-1].splitlines()[-1] == "LookupError: too late"
        assert "WebSocketDisconnect" not in server.errors[-1]


@pytest.mark.parametrize(("message", "code"), [("bye", 1000), ("many", 1008)])
def test_the_test_client_sees_the_same_codes(message: str, code: int) -> None:
    with TestClient(app) as client, client.websocket_connect("/ws") as websocket:
        websocket.send_text(message)
        with pytest.raises(WebSocketDisconnect) as closed:
            websocket.receive_text()

    assert closed.value.code == code
