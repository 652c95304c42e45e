"""uvicorn's WebSocket protocol with a fast way out: `uvicorn.Config(app, ws=FanOutProtocol)`.

An app finds it in its scope: `scope["extensions"]["websocket.fan_out"]["writer"]` is the connection's
`FrameWriter`. Everything else stays uvicorn's, and the order of messages holds between both ways.
"""

from asyncio import BaseTransport, Transport
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from server_snippets.frame_writer import FrameWriter, LoopTurn
from server_snippets.inbox import Inbox


EXTENSION = "websocket.fan_out"
GOODBYE_SECONDS = 1.0
MAX_UNREAD = 32


class FanOutProtocol(WebSocketsSansIOProtocol):
    """One connection, with a writer for messages that many clients receive."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Prepare the writer."""
        super().connection_made(transport)
        # A frame for all cannot be compressed for each, and each compressor costs 30 kB and 20 µs a message.
        self.conn.available_extensions = []
        self.queue = cast(Any, Inbox())
        self.writer = FrameWriter(LoopTurn.of(self.loop), cast(Transport, transport), self.disconnect_slow)

    def handle_connect(self, event: Request) -> None:
        """Offer the writer to the app, which starts in the next loop turn."""
        super().handle_connect(event)
        if not self.close_sent:
            cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = {"writer": self.writer}

    def start_keepalive(self) -> None:
        """Begin to ping, and forget the handshake's headers; the app has its own in the scope."""
        super().start_keepalive()
        self.request.headers.clear()
        self.response.headers.clear()

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
        if self.close_sent or self.transport.is_closing():
            return

        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1013, "reason": "Too slow"})
        self.conn.send_close(1013, "You read too slowly")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        # Else the client's own close frame would not be seen.
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Close with 1011; do not wait for a full buffer."""
        self.writer.close()
        super().keepalive_timeout()
        self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)

    # RFC 6455, 5.5.1: behind a close frame comes nothing more.

    def handle_close(self, event: Frame) -> None:
        """Answer the client's close frame."""
        self.writer.close()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        """Close the connection of a client that breaks the protocol."""
        self.writer.close()
        super().handle_parser_exception()

    def shutdown(self) -> None:
        """Close with 1012, for the server stops."""
        self.writer.close()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self.writer.close()

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; pause reading at 32 unread ones, not at each, which costs system calls."""
        is_paused, self.read_paused = self.read_paused, True
        super().send_receive_event_to_app()
        self.read_paused = is_paused or self.queue.qsize() >= MAX_UNREAD
        if self.read_paused and not is_paused:
            self.transport.pause_reading()
