"""One end of a link: what asyncio tells about its transport goes to the link."""

import asyncio
from collections.abc import Callable
from typing import cast

from websocket_lab.wire.flow import Flow
from websocket_lab.wire.link import Link


class Side(asyncio.Protocol):
    """The client's or the server's connection.

    Args:
        is_client: Whose connection this is.
        join: Called with the transport once it is there; returns the link that it belongs to.
        gone: Called with the link once both of its connections are closed.
    """

    def __init__(
        self, is_client: bool, join: Callable[[asyncio.Transport], Link], gone: Callable[[Link], None]
    ) -> None:
        self._is_client = is_client
        self._join = join
        self._gone = gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the link."""
        self._link = self._join(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        """Pass bytes on."""
        self._link.came(self._is_client, bytes(data))

    def eof_received(self) -> bool:
        """Pass the end on; this side may go on listening."""
        self._link.came(self._is_client, "FIN")
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Pass a reset on, if it was one."""
        if error is not None:
            self._link.came(self._is_client, "RST")
        self._link.lost()
        if self._link.is_gone:
            self._gone(self._link)

    def pause_writing(self) -> None:
        """Take in no more for this side, which reads too slowly."""
        self._flow_here.mark_full(True)

    def resume_writing(self) -> None:
        """Take in more for this side again."""
        self._flow_here.mark_full(False)

    @property
    def _flow_here(self) -> Flow:
        return self._link.down if self._is_client else self._link.up
