"""Who may connect: no browser, the server's own page, or an origin that is allowed by name."""

from collections.abc import Callable
from typing import Any

import pytest

from server_snippets.main import Settings, make_app
from server_snippets.server.connections.origin import has_joined
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


def handshake(host: str | None, *origins: str, scheme: str = "ws") -> dict[str, Any]:
    """Return the scope of a handshake."""
    headers = [(b"origin", origin.encode()) for origin in origins]
    if host is not None:
        headers.append((b"host", host.encode()))
    return {"type": "websocket", "scheme": scheme, "headers": headers}


@pytest.mark.parametrize(
    ("host", "origin", "scheme"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000", "ws"),
        ("localhost:8000", "http://localhost:8000", "ws"),
        ("example.org", "http://example.org", "ws"),
        ("example.org:80", "http://example.org", "ws"),
        ("example.org", "http://example.org:80", "ws"),
        ("example.org", "https://example.org", "wss"),
        ("example.org:443", "https://example.org", "wss"),
        ("EXAMPLE.org", "http://example.ORG", "ws"),
        ("[::1]:8000", "http://[::1]:8000", "ws"),
    ],
)
def test_the_own_page_is_welcome(host: str, origin: str, scheme: str) -> None:
    assert has_joined(handshake(host, origin, scheme=scheme))


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://example.org.evil.example:8000",
        "http://example.org",
        "http://example.org:8001",
        "https://example.org:8000",
        "ws://example.org:8000",
        "example.org:8000",
        "file://",
        "http://[",
        "http://example.org:port",
        "http://example.org:8000@evil.example",
        "chrome-extension://example.org:8000",
    ],
)
def test_a_foreign_page_is_not_welcome(origin: str) -> None:
    assert not has_joined(handshake("example.org:8000", origin))


def test_without_an_origin_everyone_is_welcome() -> None:
    assert has_joined(handshake("example.org"))
    assert has_joined(handshake(None))


def test_every_origin_must_be_welcome() -> None:
    own = "http://example.org"

    assert has_joined(handshake("example.org", own, own))
    assert not has_joined(handshake("example.org", own, "http://evil.example"))
    assert not has_joined(handshake(None, own))
    assert not has_joined(handshake("", "http://"))


def test_a_foreign_page_may_be_allowed_by_name() -> None:
    scope = handshake("127.0.0.1:8000", "https://example.org")

    assert has_joined(scope, {"https://example.org:443"})
    assert not has_joined(scope, {"http://example.org", "nonsense"})


@pytest.mark.parametrize("path", ["/ws", "/ws/1", "/ws/json", "/ws/tasks", "/ws/auth", "/ws/chat/lobby/eve"])
def test_a_foreign_page_sees_403(connect: Callable[..., LiveClient], path: str) -> None:
    with pytest.raises(ConnectFailed) as failure:
        connect(path, "Eve", origin="http://evil.example")

    assert failure.value.status == 403


def test_the_own_page_connects(connect: Callable[..., LiveClient], whole_server: BackgroundServer) -> None:
    ana = connect("/ws", origin=whole_server.http_url().rstrip("/"))
    ana.send("hi")

    assert ana.receive() == "Echo: hi"


def test_the_scheme_comes_from_a_trusted_proxy_only() -> None:
    headers = {"X-Forwarded-Proto": "https"}
    for trusted, status in (("127.0.0.1", None), ("192.0.2.1", 403)):
        with BackgroundServer(make_app(), forwarded_allow_ips=trusted) as server:
            origin = server.http_url().replace("http", "https").rstrip("/")
            assert refusal(server, origin, headers) == status


def test_an_origin_that_is_no_address_is_foreign() -> None:
    with BackgroundServer(make_app()) as server:
        for origin in ("http://[::1", "http://a]", "http://example.org:port", "null"):
            assert refusal(server, origin, {}) == 403
        assert not server.errors


def test_settings_allow_a_foreign_page() -> None:
    settings = Settings(allowed_origins=frozenset({"https://example.org"}))
    with BackgroundServer(make_app(settings)) as server:
        assert refusal(server, "https://example.org", {}) is None
        assert refusal(server, "https://evil.example", {}) == 403


def refusal(server: BackgroundServer, origin: str, headers: dict[str, str]) -> int | None:
    """Return the status of the refused handshake, or None if it was accepted."""
    try:
        with LiveClient(server.url("/ws"), origin=origin, additional_headers=headers):
            return None
    except ConnectFailed as failure:
        return failure.status
