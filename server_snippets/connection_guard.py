"""Puts a guard before every connection, and counts the connections."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from server_snippets.guarded_connection import GuardedConnection
from server_snippets.settings import Settings


class OpenConnections:
    """How many connections are open now."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count one connection for as long as the block lasts."""
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


class ConnectionGuard:
    """ASGI middleware: gives each WebSocket connection a guard of its own."""

    def __init__(self, app: ASGIApp, settings: Settings, open_connections: OpenConnections) -> None:
        self._app = app
        self._settings = settings
        self._open_connections = open_connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app behind the guard; HTTP passes untouched."""
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)

        guard = GuardedConnection(receive, send, self._settings)
        with self._open_connections.one_more():
            await guard.run(self._app, scope)
