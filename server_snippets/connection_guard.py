"""Puts a guard before every connection, counts the connections, and lets in only as many as there may be."""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from server_snippets.backlog import Backlog, BacklogTotal
from server_snippets.connection_log import address_of, log_connection
from server_snippets.draining import Draining
from server_snippets.frame_writer import FrameWriter
from server_snippets.guarded_connection import ABNORMAL, GuardedConnection
from server_snippets.open_connections import OpenConnections, most_from
from server_snippets.protocol import EXTENSION
from server_snippets.refusals import close_at_once, refuse_for_now
from server_snippets.settings import Settings


class ConnectionGuard:
    """ASGI middleware: gives each WebSocket connection a guard of its own, or refuses it."""

    def __init__(
        self, app: ASGIApp, settings: Settings, open_connections: OpenConnections, draining: Draining
    ) -> None:
        self._app = app
        self._settings = settings
        self._open = open_connections
        self._draining = draining
        self._backlogs = BacklogTotal(settings.max_backlog_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app behind the guard; HTTP passes untouched."""
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        if self._draining.has_begun:
            return await refuse_for_now("Restarting", scope, send)
        if 0 < self._settings.max_connections <= self._open.total:
            return await refuse_for_now("Too many connections", scope, send)
        address = address_of(scope)
        if 0 < most_from(address, self._settings.max_per_address) <= self._open.of(address):
            return await close_at_once("Too many connections from your address", scope, send)

        self._open.add(address)
        try:
            await self._let_in(scope, receive, send)
        finally:
            self._open.remove(address)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = time.monotonic()

        def accepted() -> None:
            log_connection("open", scope, open=self._open.count)

        scope["backlog_total"] = self._backlogs
        if extension := scope.get("extensions", {}).get(EXTENSION):
            # Also where the endpoint opens no outbox: what the transport holds counts, too.
            writer: FrameWriter = extension["writer"]
            writer.backlog.share(self._backlogs, writer.give_up)
        guard = GuardedConnection(receive, send, self._settings, accepted)
        try:
            await guard.run(self._app, scope)
        finally:
            # Else the scope and the guard hold each other until the next garbage collection.
            scope.pop("drop_client", None)
            backlog: Backlog | None = scope.pop("backlog", None)
            if guard.was_accepted:
                seconds, rest = round(time.monotonic() - start, 3), self._open.count - 1
                # Without a code, the connection was cut off before anyone could send one.
                code = guard.close_code or ABNORMAL
                log_connection(
                    "close", scope, code=code, seconds=seconds, open=rest, **losses(guard, backlog)
                )
            else:
                # What uvicorn answers to a handshake that no endpoint has accepted.
                log_connection("refused", scope, status=403, reason=repr("Not accepted"))


def losses(guard: GuardedConnection, backlog: Backlog | None) -> dict[str, int]:
    """Return how many messages were not delivered either way, for the log, and nothing if there are none."""
    numbers = {"rate_limited": guard.refused, "dropped": backlog.dropped if backlog else 0}
    return {name: number for name, number in numbers.items() if number}
