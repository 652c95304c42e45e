"""A client's connection that keeps a record of every byte that crosses it."""

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection

from websocket_lab.wire.recorder import WireRecorder


class RecordedConnection(ClientConnection):
    """A connection whose bytes a recorder is fed, both ways; for `connect(create_connection=…)`."""

    def __init__(self, *arguments: Any, recorder: WireRecorder, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._recorder = recorder

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Record what is written to the transport from now on."""
        self.wire = self._recorder.open(transport.get_extra_info("sockname")[1])
        recorded = RecordedTransport(transport, lambda data: self._recorder.feed(self.wire, True, data))
        super().connection_made(recorded)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Record what the server sends."""
        self._recorder.feed(self.wire, False, data)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Record an ending without a close frame."""
        if self.protocol.close_rcvd is None and not self.wire.has_left:
            self._recorder.end(self.wire, "server", "RST" if exc else "FIN")
        super().connection_lost(exc)


class RecordedTransport:
    """A transport that shows what is written before it writes it; all else is the transport's own."""

    def __init__(self, transport: asyncio.BaseTransport, record: Any) -> None:
        self._transport: Any = transport
        self._record = record

    def write(self, data: bytes) -> None:
        """Record the bytes and write them."""
        self._record(bytes(data))
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        """Return what the transport has under this name."""
        return getattr(self._transport, name)
