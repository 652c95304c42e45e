"""uvicorn's WebSocket protocol with a fast way out: `uvicorn.Config(app, ws=FanOutProtocol)`.

An app finds it in its scope: `scope["extensions"]["websocket.fan_out"]["writer"]` is the connection's
`FrameWriter`. Everything else stays uvicorn's, and the order of messages holds between both ways.
"""

from asyncio import BaseTransport, Transport
from typing import Any, cast

from websockets.frames import Frame
from websockets.http11 import Request

from server_snippets.frame_writer import FrameWriter, LoopTurn
from server_snippets.thrifty_protocol import ThriftyProtocol


EXTENSION = "websocket.fan_out"
# The code and the reason with which a slow client is disconnected.
TOO_SLOW = (1013, "You read too slowly")


class FanOutProtocol(ThriftyProtocol):
    """One connection, with a writer for messages that many clients receive."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Prepare the writer."""
        super().connection_made(transport)
        # A frame for all cannot be compressed for each, and each compressor costs 30 kB and 20 µs a message.
        self.conn.available_extensions = []
        self.writer = FrameWriter(LoopTurn.of(self.loop), cast(Transport, transport), self.disconnect_slow)

    def handle_connect(self, event: Request) -> None:
        """Offer the writer to the app, which starts in the next loop turn."""
        super().handle_connect(event)
        if not self.close_sent:
            self.app = self.run_app
            cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = {"writer": self.writer}

    async def run_app(self, *arguments: Any) -> Any:
        """Run the app; what it has fanned out last leaves before uvicorn ends the connection."""
        try:
            return await self.config.loaded_app(*arguments)
        finally:
            self.writer.flush()

    async def send(self, message: Any) -> None:
        """Send for the app, behind what was fanned out before."""
        self.writer.flush()
        await super().send(message)
        if self.close_sent:
            # What has joined since is too late: the close frame may have waited for room.
            self.writer.end()

    def pause_writing(self) -> None:
        """Keep messages back while the client does not read."""
        super().pause_writing()
        self.writer.pause()

    def resume_writing(self) -> None:
        """Go on where the client reads again."""
        super().resume_writing()
        # Last, for it may fill the buffer again.
        self.writer.resume()

    def disconnect_slow(self) -> None:
        """Disconnect a slow client: with 1013 if it reads on in time, else without a word."""
        self.writer.close()
        self.fail(*TOO_SLOW)

    # RFC 6455, 5.5.1: behind a close frame comes nothing more.

    def handle_parser_exception(self) -> None:
        """Close a connection that has failed."""
        self.writer.close()
        super().handle_parser_exception()

    def handle_close(self, event: Frame) -> None:
        """Answer the client's close frame."""
        self.writer.close()
        super().handle_close(event)

    def shutdown(self) -> None:
        """Close with 1012, for the server stops."""
        self.writer.close()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self.writer.close()
