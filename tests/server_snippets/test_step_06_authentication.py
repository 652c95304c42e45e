"""Step 6: who may talk, what each client sees when it may not, and what the log says of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page
from starlette.websockets import WebSocketDisconnect

from server_snippets.step_06_authentication import app
from server_snippets.step_06_refusals import app as refusals
from tests.jupyterlab import chromium
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


RIGHT = "/ws/auth?token=secret-token"
# What a page is told, up to the close event.
KNOCK = """(url) => new Promise((done) => {
  const told = [];
  const socket = new WebSocket(url);
  socket.onmessage = (event) => { told.push(event.data); socket.close(1000); };
  socket.onerror = () => told.push("error");
  socket.onclose = (event) => done([...told, event.code]);
})"""


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def status_of_refusal(url: str, **options: Any) -> int | None:
    """Return the HTTP status of a handshake that is refused."""
    with pytest.raises(ConnectFailed) as failure:
        LiveClient(url, "Eve", **options).connect()
    return failure.value.status


def test_the_right_token_is_welcomed_and_echoed(server: BackgroundServer) -> None:
    with LiveClient(server.url(RIGHT)) as ana:
        ana.send("hi")
        assert ana.receive_json() == {"type": "welcome"}
        assert ana.receive() == "Echo: hi"


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%C3%BC", "?token=secret-token2"])
def test_any_other_token_reads_4001(server: BackgroundServer, query: str) -> None:
    with LiveClient(server.url(f"/ws/auth{query}"), "Eve") as eve:
        assert (eve.wait_closed(), eve.close_reason) == (4001, "Invalid token")
        assert eve.messages == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://[", "http://127.0.0.1"])
def test_a_foreign_page_is_refused(server: BackgroundServer, origin: str) -> None:
    assert status_of_refusal(server.url(RIGHT), additional_headers={"Origin": origin}) == 403


def test_an_origin_that_only_starts_like_ours_is_foreign(server: BackgroundServer) -> None:
    own = server.http_url().rstrip("/")

    assert status_of_refusal(server.url(RIGHT), origin=f"{own}.evil.example") == 403


def test_no_page_and_our_own_page_are_welcome(server: BackgroundServer) -> None:
    own = server.http_url().rstrip("/")

    for origin in (None, own, own.replace("http", "https")):
        with LiveClient(server.url(RIGHT), origin=origin) as ana:
            assert ana.receive_json() == {"type": "welcome"}


def test_a_browser_welcomes_our_page_and_refuses_another_with_1006(
    server: BackgroundServer, page: Page
) -> None:
    page.goto(server.http_url())
    welcome, code = page.evaluate(KNOCK, server.url(RIGHT))
    assert (json.loads(welcome), code) == ({"type": "welcome"}, 1000)
    assert page.evaluate(KNOCK, server.url("/ws/auth")) == [4001]

    with BackgroundServer(refusals) as foreign:
        page.goto(foreign.http_url())
        assert page.evaluate(KNOCK, server.url(RIGHT)) == ["error", 1006]


def test_the_log_has_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    with BackgroundServer(app, log_level="debug") as server, LiveClient(server.url(RIGHT)) as ana:
        ana.receive()

    logged = capsys.readouterr().err
    assert '"WebSocket /ws/auth?…" [accepted]' in logged
    assert "secret-token" not in logged


def test_a_test_client_agrees_after_accept() -> None:
    with TestClient(app).websocket_connect(RIGHT) as ana:
        assert ana.receive_json() == {"type": "welcome"}

    with TestClient(app).websocket_connect("/ws/auth") as eve, pytest.raises(WebSocketDisconnect) as end:
        eve.receive_text()
    assert (end.value.code, end.value.reason) == (4001, "Invalid token")
