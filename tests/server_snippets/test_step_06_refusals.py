"""Step 6, refusals: what a client learns depends on when and how it is refused."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from websockets import InvalidStatus
from websockets.sync.client import connect

from server_snippets.step_06_refusals import app
from tests.jupyterlab import chromium
from websocket_lab import BackgroundServer, LiveClient


# What a page is told by each of these addresses, in order.
KNOCK = """(urls) => Promise.all(urls.map((url) => new Promise((done) => {
  const told = [];
  const socket = new WebSocket(url);
  socket.onerror = () => told.push("error");
  socket.onclose = (event) => done([...told, event.code, event.reason]);
})))"""


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app, log_level="critical") as server:
        yield server


@pytest.mark.parametrize(
    ("way", "status", "body"), [("before-accept", 403, b""), ("http", 401, b'{"detail":"Invalid token"}')]
)
def test_before_accept_a_client_hears_http(
    server: BackgroundServer, way: str, status: int, body: bytes
) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        connect(server.url(f"/ws/{way}"), proxy=None)

    response = refusal.value.response
    assert (response.status_code, response.body) == (status, body)


@pytest.mark.parametrize(("way", "code"), [("own-code", 4001), ("policy", 1008)])
def test_after_accept_the_code_is_read(server: BackgroundServer, way: str, code: int) -> None:
    with LiveClient(server.url(f"/ws/{way}"), "Eve") as eve:
        assert (eve.wait_closed(), eve.close_reason) == (code, "Invalid token")


def test_a_browser_reads_nothing_but_codes_after_accept(server: BackgroundServer) -> None:
    urls = [server.url(f"/ws/{way}") for way in ("before-accept", "http", "own-code", "policy")]
    with chromium() as browser:
        told = browser.new_page().evaluate(KNOCK, urls)

    assert told == [
        ["error", 1006, ""],
        ["error", 1006, ""],
        [4001, "Invalid token"],
        [1008, "Invalid token"],
    ]


def test_a_test_client_reads_the_code_that_is_lost_on_the_wire() -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refusal,
        TestClient(app).websocket_connect("/ws/before-accept"),
    ):
        pass

    assert (refusal.value.code, refusal.value.reason) == (4001, "Invalid token")


def test_a_test_client_agrees_on_401() -> None:
    with pytest.raises(WebSocketDenialResponse) as refusal, TestClient(app).websocket_connect("/ws/http"):
        pass

    assert refusal.value.status_code == 401


def test_uvicorn_logs_an_error_for_a_401_although_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    with BackgroundServer(app) as server, pytest.raises(InvalidStatus):
        connect(server.url("/ws/http"), proxy=None)

    assert "ASGI callable returned without completing handshake" in capsys.readouterr().err
    assert not server.errors
