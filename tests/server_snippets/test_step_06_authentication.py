"""Step 6: who may talk, and what each client sees when it may not."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.websockets import WebSocket

from server_snippets.step_06_authentication import app, offered_tokens, refusals
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server


@pytest.fixture(scope="module")
def refusing() -> Iterator[BackgroundServer]:
    with BackgroundServer(refusals) as server:
        yield server


def status_of_refusal(url: str, **options: Any) -> int | None:
    """Return the HTTP status of a handshake that is refused."""
    with pytest.raises(ConnectFailed) as failure:
        LiveClient(url, "Eve", **options).connect()
    return failure.value.status


def test_the_right_token_is_welcomed_and_echoed(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/auth?token=secret-token")) as ana:
        ana.send("hi")
        assert ana.receive_json() == {"type": "welcome"}
        assert ana.receive() == "Echo: hi"


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%C3%BC"])
def test_any_other_token_reads_4001(server: BackgroundServer, query: str) -> None:
    with LiveClient(server.url(f"/ws/auth{query}"), "Eve") as eve:
        assert (eve.wait_closed(), eve.close_reason) == (4001, "Invalid token")
        assert eve.messages == []


def test_a_foreign_page_is_refused(server: BackgroundServer) -> None:
    url = server.url("/ws/auth?token=secret-token")

    assert status_of_refusal(url, origin="http://evil.example") == 403
    assert status_of_refusal(url, origin="null") == 403
    with LiveClient(url, origin=server.http_url().rstrip("/")) as ana:
        assert ana.receive_json() == {"type": "welcome"}


def test_before_accept_the_code_is_lost(refusing: BackgroundServer) -> None:
    assert status_of_refusal(refusing.url("/ws/before-accept")) == 403
    assert status_of_refusal(refusing.url("/ws/http")) == 401


@pytest.mark.parametrize(("way", "code"), [("private-code", 4001), ("policy", 1008)])
def test_after_accept_the_code_is_read(refusing: BackgroundServer, way: str, code: int) -> None:
    with LiveClient(refusing.url(f"/ws/{way}"), "Eve") as eve:
        assert (eve.wait_closed(), eve.close_reason) == (code, "Invalid token")


def test_a_token_can_travel_in_four_ways() -> None:
    headers = {"authorization": "Bearer a", "cookie": "token=b", "sec-websocket-protocol": "c"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]

    assert offered_tokens(handshake(raw, b"token=d")) == {
        "query": "d",
        "header": "a",
        "cookie": "b",
        "subprotocol": "c",
    }
    assert set(offered_tokens(handshake([], b"")).values()) == {None}


def handshake(headers: list[tuple[bytes, bytes]], query: bytes) -> WebSocket:
    """Return a WebSocket that nobody is behind."""
    scope = {"type": "websocket", "path": "/", "headers": headers, "query_string": query}
    nothing: Any = None
    return WebSocket(scope, nothing, nothing)
