"""/ws/auth: the right token is welcome, any other reads 4001."""

import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from server_snippets.main import Settings, make_app
from server_snippets.server.connections.token import is_right
from websocket_lab import BackgroundServer, LiveClient


def test_the_right_token_is_welcomed_and_echoed(connect: Callable[..., LiveClient]) -> None:
    ana = connect("/ws/auth?token=secret-token")
    ana.send("hi")

    assert ana.receive_json() == {"type": "welcome"}
    assert ana.receive() == "Echo: hi"


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=secret-token2", "?token=%C3%BC%FF"])
def test_any_other_token_is_accepted_and_then_closed_with_4001(
    connect: Callable[..., LiveClient], query: str
) -> None:
    eve = connect(f"/ws/auth{query}", "Eve")

    assert eve.wait_closed() == 4001
    assert eve.close_reason == "Invalid token"
    assert eve.messages == []


@pytest.mark.parametrize(("offered", "right"), [("t", True), ("", False), (None, False), ("ü", False)])
def test_tokens_are_compared(offered: str | None, right: bool) -> None:
    assert is_right(offered, "t") is right


def carriers(token: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return how each carrier brings a token: what is added to the path, and the client's options."""
    return {
        "query": (f"?token={token}", {}),
        "header": ("", {"additional_headers": {"Authorization": f"Bearer {token}"}}),
        "header in small letters": ("", {"additional_headers": {"authorization": f"bearer {token}"}}),
        "cookie": ("", {"additional_headers": {"Cookie": f"theme=dark; token={token}"}}),
        "subprotocol": ("", {"subprotocols": ["chat", token]}),
    }


CARRIERS = list(carriers(""))


@pytest.mark.parametrize("carrier", CARRIERS)
def test_each_carrier_brings_the_token(connect: Callable[..., LiveClient], carrier: str) -> None:
    query, options = carriers("secret-token")[carrier]

    assert connect(f"/ws/auth{query}", **options).receive_json() == {"type": "welcome"}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_wrong_token_is_closed_with_4001_whoever_carries_it(
    connect: Callable[..., LiveClient], carrier: str
) -> None:
    query, options = carriers("guessed-token")[carrier]
    eve = connect(f"/ws/auth{query}", "Eve", **options)

    assert (eve.wait_closed(), eve.close_reason) == (4001, "Invalid token")


def subprotocol_of(client: LiveClient) -> object:
    """Return the subprotocol that the server has answered."""
    return client._connection._websocket.subprotocol  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("offered", "answered"),
    [(["chat", "secret-token"], "chat"), (["secret-token"], None), (["secret-token", "secret-token"], None)],
)
def test_the_token_is_never_answered(
    connect: Callable[..., LiveClient], offered: list[str], answered: str | None
) -> None:
    ana = connect("/ws/auth", subprotocols=offered)
    ana.receive_json()

    assert subprotocol_of(ana) == answered


@pytest.fixture(scope="module")
def guarded(protocol: Any) -> Iterator[BackgroundServer]:
    """Run the whole server where every endpoint asks for the token."""
    settings = Settings(require_token=True, token="another-token")
    with BackgroundServer(make_app(settings), ws=protocol) as server:
        yield server


@pytest.mark.parametrize("path", ["/ws", "/ws/7", "/ws/json", "/ws/tasks", "/ws/auth", "/ws/chat/lobby/eve"])
def test_every_endpoint_can_ask_for_the_token(guarded: BackgroundServer, path: str) -> None:
    with LiveClient(guarded.url(f"{path}?token=secret-token"), "Eve") as eve:
        assert (eve.wait_closed(), eve.messages) == (4001, [])
    with LiveClient(guarded.url(f"{path}?token=another-token")) as ana:
        assert not ana.close_code


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_guarded_chat_takes_each_carrier(guarded: BackgroundServer, carrier: str) -> None:
    query, options = carriers("another-token")[carrier]
    with LiveClient(guarded.url(f"/ws/chat/lobby/ana{query}"), **options) as ana:
        assert ana.receive_json()["type"] == "history"
        assert subprotocol_of(ana) == ("chat" if carrier == "subprotocol" else None)


def test_pages_and_checks_of_health_need_no_token(guarded: BackgroundServer) -> None:
    for path in ("/", "/health", "/ready", "/metrics"):
        with urllib.request.urlopen(guarded.http_url(path), timeout=60) as answer:
            assert answer.status == 200


def test_an_empty_token_opens_nothing() -> None:
    with BackgroundServer(make_app(Settings(token=""))) as server:
        assert LiveClient(server.url("/ws/auth?token="), "Eve").connect().wait_closed() == 4001
