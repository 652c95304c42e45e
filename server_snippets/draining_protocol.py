"""A connection that ends with nothing lost: `uvicorn.Config(app, ws=DrainingProtocol)`."""

import asyncio
from contextlib import suppress
from typing import Any, cast

from server_snippets.fan_out_protocol import FanOutProtocol


SERVICE_RESTART = 1012


class DrainingProtocol(FanOutProtocol):
    """One connection, which can take no more, let the app answer what came, and then be closed."""

    @property
    def is_closed(self) -> bool:
        """Whether a close frame has been sent, or will never be."""
        return self.close_sent or self.transport.is_closing()

    @property
    def has_ended(self) -> bool:
        """Whether the connection is gone."""
        return self.disconnected

    @property
    def is_busy(self) -> bool:
        """Whether the app still works at something that this client has sent."""
        return not (cast(Any, self.queue).is_awaited() or self.is_closed)

    @property
    def is_stalled(self) -> bool:
        """Whether the client does not read what is sent to it."""
        return not self.writable.is_set()

    def take_no_more(self) -> None:
        """Leave what the client sends from now on in its TCP connection, unread."""
        if not self.is_closed:
            # Not as uvicorn pauses: it would read on as soon as the app has taken all that came before.
            self.read_paused = False
            self.transport.pause_reading()

    def start_goodbye(self, reason: str) -> None:
        """Close with 1012 as soon as everything is written that waits for this client."""
        if not self.is_closed:
            # uvicorn reads on when it has sent the close frame, and so sees the client's answer.
            self.read_paused = True
            goodbye = {"type": "websocket.close", "code": SERVICE_RESTART, "reason": reason}
            self._goodbye = asyncio.create_task(self._close(goodbye))

    async def send(self, message: Any) -> None:
        """Send for the app."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # A refused handshake is complete, too; else uvicorn logs an error for each.
            self.handshake_complete = True

    async def _close(self, goodbye: Any) -> None:
        # Who leaves meanwhile needs no goodbye.
        with suppress(OSError, RuntimeError):
            await self.send(goodbye)
