"""No foreign web page may connect: a browser says in `Origin` which page asks (RFC 6455, 10.2)."""

from collections.abc import Awaitable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..logs import SeldomWarning, address_of, log_connection, name_connection, quoted


# What the page's address starts with, for each kind of connection, and the port that goes without saying.
PAGE_SCHEMES = {"ws": "http", "wss": "https"}
DEFAULT_PORTS = {"http": 80, "https": 443}

Address = tuple[str, str, int | None]


def read_address(origin: str) -> Address | None:
    """Return scheme, host and port of `http://example.org:8000`, or None for what is no such address."""
    try:
        parts = urlsplit(origin)
        port = DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def has_joined(scope: Scope, allowed_origins: Collection[str] = ()) -> bool:
    """Return whether the handshake comes from no browser, from our own page, or from an allowed origin."""
    headers = Headers(scope=scope)
    origins = headers.getlist("origin")
    # The scheme is the one that the client used: uvicorn takes it from X-Forwarded-Proto of a trusted proxy.
    own = read_address(f"{PAGE_SCHEMES.get(scope['scheme'], 'http')}://{headers.get('host', '')}")
    welcome = {own, *map(read_address, allowed_origins)} - {None}
    # `null`, the origin of a page without an address, has no host: it is foreign, too.
    return all(read_address(origin) in welcome for origin in origins)


def pages(scope: Scope) -> dict[str, str]:
    """Return what a handshake says of its page, and of us, for the log."""
    headers = Headers(scope=scope)
    return {name: quoted(headers.get(name, "")) for name in ("origin", "host")}


def likely_cause(scope: Scope) -> str:
    """Return what to do if the page is not foreign at all: mostly a proxy is not set up for that."""
    headers = Headers(scope=scope)
    _, _, page = headers.get("origin", "").partition("://")
    if page.lower() == headers.get("host", "").lower():
        return f"if {address_of(scope)} is your proxy: --forwarded-allow-ips, and X-Forwarded-Proto from it"
    return "if the page is yours: --allow-origin, or a proxy that passes Host on"


class OriginCheck:
    """ASGI middleware: rejects handshakes from pages of other origins with HTTP 403."""

    def __init__(self, app: ASGIApp, allowed_origins: Collection[str] = ()) -> None:
        self._app = app
        self._allowed_origins = allowed_origins
        self._warning = SeldomWarning()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass on everything except a handshake from another origin."""
        if scope["type"] == "websocket":
            name_connection(scope)
            if not has_joined(scope, self._allowed_origins):
                return self._reject(scope, send)
        # Not awaited here: every message would pass through one more coroutine.
        return self._app(scope, receive, send)

    async def _reject(self, scope: Scope, send: Send) -> None:
        # A warning: to every browser behind a proxy that is set up wrongly, the server just looks dead.
        level, hint = self._warning.next_level(), likely_cause(scope)
        details = pages(scope) | {"hint": hint}
        log_connection("refused", scope, level=level, status=403, reason="Foreign origin", **details)
        if connections := scope.get("state", {}).get("open_connections"):
            connections.traffic.rejected["origin"] += 1
        await send({"type": "websocket.close", "code": 1008, "reason": "Foreign origin"})
