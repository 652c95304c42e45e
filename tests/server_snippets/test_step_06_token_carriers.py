"""Step 6, carriers: which part of a connection can bring a token, for programs and for browsers."""

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.sync.client import connect

from server_snippets import step_06_token_carriers
from server_snippets.step_06_token_carriers import app
from tests.jupyterlab import chromium
from websocket_lab import BackgroundServer, LiveClient


TOKEN = "secret-token"
# What a page is told, and the subprotocol that was chosen.
KNOCK = """([url, protocols, first]) => new Promise((done) => {
  const told = [];
  const socket = new WebSocket(url, protocols);
  socket.onopen = () => first && socket.send(first);
  socket.onmessage = (event) => told.push(event.data);
  socket.onclose = (event) => done([...told, event.code, socket.protocol]);
})"""


@pytest.fixture
def enough_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give clients a minute for their first message, for a slow machine may need more than a second."""
    patient = SimpleNamespace(timeout=lambda seconds: asyncio.timeout(60))
    monkeypatch.setattr(step_06_token_carriers, "asyncio", patient)


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server
    assert not server.errors


def by(carrier: str) -> dict[str, str]:
    """Return the welcome for this carrier."""
    return {"type": "welcome", "by": carrier}


@pytest.mark.parametrize(
    ("carrier", "path", "options"),
    [
        ("query", f"/ws?token={TOKEN}", {}),
        ("header", "/ws", {"additional_headers": {"Authorization": f"Bearer {TOKEN}"}}),
        ("cookie", "/ws", {"additional_headers": {"Cookie": f"token={TOKEN}"}}),
        ("subprotocol", "/ws", {"subprotocols": ["chat", TOKEN]}),
    ],
)
def test_the_handshake_has_four_carriers(
    server: BackgroundServer, carrier: str, path: str, options: dict[str, Any]
) -> None:
    with LiveClient(server.url(path), **options) as ana:
        assert ana.receive_json() == by(carrier)
        assert ana.wait_closed() == 1000


def test_the_first_message_is_the_fifth(server: BackgroundServer, enough_time: None) -> None:
    with LiveClient(server.url("/ws")) as ana:
        ana.send(TOKEN)
        assert ana.receive_json() == by("first message")


@pytest.mark.parametrize("first", ["guess", "", b"bytes", None])
def test_any_other_first_message_or_none_is_closed_with_4001(
    server: BackgroundServer, first: str | bytes | None
) -> None:
    with LiveClient(server.url("/ws"), "Eve") as eve:
        if first is not None:
            eve.send(first)
        assert eve.wait_closed() == 4001


def test_a_wrong_token_in_the_handshake_waits_for_no_message(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws?token=guess"), "Eve") as eve:
        assert eve.wait_closed() == 4001


def test_who_leaves_without_a_word_causes_no_error(server: BackgroundServer) -> None:
    LiveClient(server.url("/ws"), "Eve").connect().disconnect()
    LiveClient(server.url("/ws"), "Eve").connect().vanish()


def test_the_answer_names_one_offered_subprotocol_and_never_the_token(server: BackgroundServer) -> None:
    for offered, chosen in ([TOKEN, "chat"], "chat"), (["chat", TOKEN], "chat"), ([TOKEN], None):
        with connect(server.url("/ws"), subprotocols=offered, proxy=None) as websocket:
            assert websocket.subprotocol == chosen


def test_a_browser_has_four_of_them(server: BackgroundServer, enough_time: None) -> None:
    url, protocols = server.url("/ws"), ["chat", TOKEN]
    with chromium() as browser:
        page = browser.new_page()
        page.goto(server.http_url())
        knocks = [[f"{url}?token={TOKEN}", [], ""], [url, protocols, ""], [url, [], TOKEN]]
        told = [page.evaluate(KNOCK, knock) for knock in knocks]
        page.evaluate("document.cookie = 'token=secret-token; path=/ws'")
        told.append(page.evaluate(KNOCK, [url, [], ""]))

    assert [json.loads(message) for message, *_ in told] == [
        by(carrier) for carrier in ("query", "subprotocol", "first message", "cookie")
    ]
    assert [protocol for *_, protocol in told] == ["", "chat", "", ""]


def test_a_browser_fails_where_no_subprotocol_is_chosen(server: BackgroundServer) -> None:
    with chromium() as browser:
        assert browser.new_page().evaluate(KNOCK, [server.url("/ws"), [TOKEN], ""]) == [1006, ""]


def test_a_strict_cookie_comes_along_from_another_port(server: BackgroundServer) -> None:
    with chromium() as browser, BackgroundServer(app) as other:
        page = browser.new_page()
        page.goto(other.http_url())
        page.evaluate("document.cookie = 'token=secret-token; path=/ws; samesite=strict'")
        welcome, *_ = page.evaluate(KNOCK, [server.url("/ws"), [], ""])

    assert json.loads(welcome) == by("cookie")
