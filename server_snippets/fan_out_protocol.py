"""uvicorn's WebSocket protocol with a fast way out: `uvicorn.Config(app, ws=FanOutProtocol)`.

An app finds it in its scope: `scope["extensions"]["websocket.fan_out"]["writer"]` is the connection's
`FrameWriter`. Everything else stays uvicorn's, and the order of messages holds between both ways.
"""

from asyncio import BaseTransport, Transport
from typing import Any, cast

from websockets.frames import Frame
from websockets.http11 import Request

from server_snippets.frame_writer import FrameWriter, LoopTurn
from server_snippets.inbox import Inbox
from server_snippets.lingering_protocol import LingeringProtocol


EXTENSION = "websocket.fan_out"
MAX_UNREAD = 32


class FanOutProtocol(LingeringProtocol):
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

    async def run_app(self, *arguments: Any) -> Any:
        """Run the app; what it has fanned out last leaves before uvicorn ends the connection."""
        try:
            return await self.config.loaded_app(*arguments)
        finally:
            self.writer.flush()

    def start_keepalive(self) -> None:
        """Begin to ping, and forget the handshake's headers; the app has its own in the scope."""
        super().start_keepalive()
        self.request.headers.clear()
        self.response.headers.clear()

    async def run_asgi(self) -> None:
        """Run the app, and then hold nothing any more that holds this connection."""
        self.app = self.run_app
        await super().run_asgi()
        self.app, self.scope = self.config.loaded_app, cast(Any, {})

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
        self.fail(1013, "You read too slowly")

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
        """Forget the connection, and what holds it in circles, which only garbage collection would find."""
        super().connection_lost(exc)
        self.writer.close()
        self.conn.parser.close()

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; pause reading at 32 unread ones, not at each, which costs system calls."""
        data, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return

        kind = self.curr_msg_data_type
        try:
            message: Any = {"type": "websocket.receive", kind: data.decode() if kind == "text" else data}
        except UnicodeDecodeError:
            return self.fail(1007, "Not UTF-8")

        self.queue.put_nowait(message)
        if self.queue.qsize() >= MAX_UNREAD and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()
