"""An HTTP connection on which a request must come in time: `uvicorn.Config(app, http=PromptHttpProtocol)`.

Why here: uvicorn limits how long a connection may lie idle behind an answer (`timeout_keep_alive`), but not
how long the first request may take: who connects and sends nothing, or half a handshake, would stay for ever.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


REQUEST_SECONDS = 10.0


class PromptHttpProtocol(HttpToolsProtocol):
    """One connection, which is cut off if the head of a request is not there in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        """Begin to wait for the rest of a request that may begin here."""
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_request()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Wait no more: a body is the app's matter, and a WebSocket has its pings."""
        self._stop_waiting()
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; the parser holds this one in a circle, and is needed no more."""
        super().handle_websocket_upgrade()
        del self.parser

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_request(self) -> None:
        # Not again with each byte: else a byte now and then would hold the connection.
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
