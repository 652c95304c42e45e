"""uvicorn's WebSocket protocol, made for production: `uvicorn.Config(app, ws=FanOutProtocol)`.

It adds fast fan-out, flow control for what clients send, a lingering close, and graceful shutdown. An app
finds it in its scope: `scope["extensions"]["websocket.fan_out"]` holds the connection's `writer`, a
`FrameWriter`, and `limit_rate`, which takes a `RateLimit` for everything that the client sends.
"""

import asyncio
import sys
from asyncio import BaseTransport, Transport
from contextlib import suppress
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import BINARY, TEXT, CloseCode, Frame, Opcode
from websockets.http11 import Request

from .frame_reader import FrameReader
from .frame_writer import FrameWriter, LoopTurn
from .rate_limit import RateLimit
from .receive_queue import ReceiveQueue


EXTENSION = "websocket.fan_out"
# What the app receives instead of messages that were over the rate: only an app that has set one.
RATE_LIMITED = {"type": "websocket.rate_limited"}
# The code and the reason with which a slow client is disconnected.
TOO_SLOW = (1013, "You read too slowly")
TOO_MANY = (1008, "Too many messages")
# A slow client whose transport holds more than this is cut off without a goodbye: its memory is needed now.
MAX_LINGERING = 256 * 1024

# How many messages and bytes may wait for the app before the server stops reading.
MAX_UNREAD, MAX_UNREAD_BYTES = 32, 64 * 1024
# How much one connection may do before all others have their turn.
FRAMES_PER_TURN = 16
# How long a client may take to read a close frame, and the app to answer what came before a fault.
GOODBYE_SECONDS = 1.0
ANSWER_SECONDS = 1.0
# How long to wait before the next piece of what is discarded.
DISCARD_PAUSE = 0.001

# One for all whose clients read: an asyncio.Event takes 800 bytes.
WRITABLE = asyncio.Event()
WRITABLE.set()


class FanOutProtocol(WebSocketsSansIOProtocol):
    """One connection, which reads a few frames in each turn of the event loop, and writes many at once."""

    # A third of its attributes: Python keeps up to 30 others in a short form, which saves a thousand bytes.
    __slots__ = (
        *("app", "close_sent", "close_timer", "conn", "frames", "loop", "queue", "read_paused"),
        *("request", "response", "scope", "transport", "writable"),
        *("writer", "_closing", "_is_stopped", "_is_waiting", "_pong", "_rate", "_turn", "_unread"),
    )

    conn: FrameReader
    # A ReceiveQueue, and strings for a text: other types than uvicorn's.
    queue: Any
    frames: list[Any]

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin with what is light."""
        super().connection_made(transport)
        # Without compression: a frame for all cannot be compressed for each, and each compressor costs 30 kB
        # and 20 µs a message.
        self.conn = FrameReader(self.config.ws_max_size, self.logger)
        self.queue = ReceiveQueue[Any]()
        self.writable = WRITABLE
        self.writer = FrameWriter(LoopTurn.of(self.loop), cast(Transport, transport), self.disconnect_slow)
        self._rate: RateLimit | None = None
        # The next turn of the parser, if it has to wait for one.
        self._turn: asyncio.Handle | None = None
        self._is_stopped = self._is_waiting = False
        self._pong = b""
        # The bytes of all messages that have come since none waited for the app.
        self._unread = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop everything that refers to this connection: only garbage collection finds such cycles."""
        super().connection_lost(exc)
        self._cancel_turn()
        self.writer.close()
        self.conn.parser.close()

    # The handshake, and the app

    def handle_connect(self, event: Request) -> None:
        """Offer the writer to the app, which starts in the next loop turn."""
        super().handle_connect(event)
        if not self.close_sent:
            self.app = self.run_app
            extension = {"writer": self.writer, "limit_rate": self.limit_rate}
            cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = extension

    def start_keepalive(self) -> None:
        """Begin to ping, and forget the handshake; the app has its headers in the scope."""
        super().start_keepalive()
        # websockets holds on to the request itself.
        self.request.headers.clear()
        self.response = cast(Any, None)
        self._go_on()

    async def run_app(self, *arguments: Any) -> Any:
        """Run the app; what it has fanned out last leaves before uvicorn ends the connection."""
        try:
            return await self.config.loaded_app(*arguments)
        finally:
            self.writer.flush()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Drop all references to the app, for the same reason."""
        super().on_task_complete(task)
        self.app, self.scope = self.config.loaded_app, cast(Any, {})

    def limit_rate(self, rate: RateLimit) -> None:
        """Count every frame from now on; `RATE_LIMITED` tells the app of messages that were over the rate."""
        self._rate = rate

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Read some frames now, and the rest in later turns of the event loop."""
        if not self.conn.eof_sent:
            self.conn.reader.feed_data(data)
        elif self._turn is None:
            # A client that was disconnected may still send as fast as it can.
            self._turn = self.loop.call_later(DISCARD_PAUSE, self._take_next_turn)
        self._go_on()

    async def receive(self) -> Any:
        """Return the next event for the app."""
        waiting = self.queue.items
        if self.conn.fault is not None and not waiting:
            self._fail_by_fault()
        message = await self.queue.get()
        if not waiting:
            self._unread = 0
            if self.read_paused:
                self.read_paused = False
                self._go_on()
        return message

    def handle_frame(self, frame: Frame) -> None:
        """Deal with one frame, which counts towards the rate whatever it is."""
        is_admitted = self._rate is None or self._rate.admits()
        if frame.opcode is Opcode.CLOSE:
            self.handle_close(frame)
        elif frame.opcode is Opcode.PING:
            self.handle_ping()
        elif frame.opcode is Opcode.PONG:
            self.handle_pong(frame)
        elif not self.close_sent:
            self._handle_data(frame, is_admitted)
        if not is_admitted:
            self._handle_excess(cast(RateLimit, self._rate))

    def handle_ping(self) -> None:
        """Answer pings; while the client does not read, keep the last answer only (RFC 6455, 5.5.3)."""
        output = self.conn.data_to_send()
        if self.close_sent or not output:
            # RFC 6455, 5.5.1: nothing follows a close frame.
            return

        if self.writable.is_set() or self.conn.close_sent is not None:
            self.transport.write(b"".join(output))
        else:
            self._pong = output[-1]

    def handle_close(self, event: Frame) -> None:
        """Answer the client's close frame."""
        self.writer.close()
        super().handle_close(event)
        self._abort_soon()

    def eof_received(self) -> None:
        """Let the connection end, even if the client does not read what is still to be written."""
        self._abort_soon()

    def _handle_data(self, frame: Frame, is_admitted: bool) -> None:
        if frame.opcode is not Opcode.CONT:
            self.frames = []
            self.curr_msg_data_type = "text" if frame.opcode is Opcode.TEXT else "bytes"
        self.frames.append(frame.data)
        if not frame.fin:
            return

        parts, self.frames = self.frames, []
        if is_admitted:
            kind = self.curr_msg_data_type
            data = ("" if kind == "text" else b"").join(parts)
            self.queue.put_nowait({"type": "websocket.receive", kind: data})
            self._unread += sys.getsizeof(data)
        elif cast(RateLimit, self._rate).may_reply():
            self.queue.put_nowait(RATE_LIMITED)

    def _handle_excess(self, rate: RateLimit) -> None:
        if rate.is_exhausted:
            self.fail(*TOO_MANY)

    # Turns: a client that floods waits alone

    def _go_on(self) -> None:
        if self.disconnected:
            # The app may still take what came before.
            return

        if self._turn is None and not (self._is_held or self.conn.eof_sent):
            self._take_turn()
        self._steer()

    @property
    def _is_held(self) -> bool:
        if self.read_paused or self.conn.fault is not None:
            return True
        # Data after a handshake must wait for its answer.
        return self.handshake_initiated and not self.handshake_complete

    def _take_turn(self) -> None:
        conn, rate = self.conn, self._rate
        refused = rate.refused if rate else 0
        conn.reader.frames_left = FRAMES_PER_TURN
        next(conn.parser)
        for event in conn.events_received():
            if isinstance(event, Frame):
                self.handle_frame(event)
            elif isinstance(event, Request):
                self.handle_connect(event)
        conn.check_unfinished()
        if conn.eof_sent:
            return
        if conn.fault is not None:
            self._handle_fault()
        elif self._has_much_unread() and not self.close_sent:
            self.read_paused = True
            if self.is_stalled:
                self.writer.count_buffers(self._unread_bytes)
        elif rate and rate.refused > refused:
            self._turn = self.loop.call_later(rate.seconds_to_wait, self._take_next_turn)
        elif not conn.reader.frames_left:
            self._turn = self.loop.call_soon(self._take_next_turn)

    def _has_much_unread(self) -> bool:
        return self._unread >= MAX_UNREAD_BYTES or len(self.queue.items) >= MAX_UNREAD

    @property
    def _unread_bytes(self) -> int:
        return self._unread + len(self.conn.reader.buffer)

    def _take_next_turn(self) -> None:
        self._turn = None
        self._go_on()

    def _steer(self) -> None:
        # Unread data stays in the client's TCP connection, and slows the client down.
        is_discarding = self.conn.eof_sent
        # Before the handshake is answered, only the transport notices that the client has gone.
        has_shaken_hands = self.handshake_complete or bool(self.conn.reader.buffer)
        leaves_unread = self._is_stopped or (has_shaken_hands and self._is_held)
        must_wait = self._turn is not None or (leaves_unread and not is_discarding)
        if must_wait != self._is_waiting and not self.transport.is_closing():
            self._is_waiting = must_wait
            if must_wait:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    # What goes out

    async def send(self, message: Any) -> None:
        """Send for the app, after what was fanned out before."""
        is_ready = self.handshake_complete and not (self.is_closed or self.is_stalled)
        if is_ready and message["type"] == "websocket.send":
            # What uvicorn does, in one step.
            text = message.get("text")
            frame = Frame(BINARY, message["bytes"]) if text is None else Frame(TEXT, text.encode())
            return self.writer.write(frame.serialize(mask=False))

        self.writer.flush()
        if message["type"] == "websocket.close":
            # uvicorn would read on by itself.
            self.read_paused = False
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # https://github.com/Kludex/uvicorn/pull/3138: a refused handshake is complete, too; else uvicorn
            # logs an error for each.
            self.handshake_complete = True
        if self.close_sent:
            # What has joined since is too late: the close frame may have waited for room.
            self.writer.end()
            self._await_close()

    def pause_writing(self) -> None:
        """Let `send` wait, and keep messages back, while the client does not read."""
        self.writable = asyncio.Event()
        self.writer.pause(self._unread_bytes)

    def resume_writing(self) -> None:
        """Go on where the client reads again."""
        super().resume_writing()
        self.writable = WRITABLE
        pong, self._pong = self._pong, b""
        if pong and not self.is_closed:
            self.transport.write(pong)
        # Last, for it may fill the buffer again.
        self.writer.resume()

    # The end

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
        """Whether something that this client has sent is still to be answered."""
        is_over_rate = self._rate is not None and self._rate.seconds_to_wait > 0
        has_more = self._turn is not None and not is_over_rate
        return not self.is_closed and (has_more or not self.queue.is_awaited())

    @property
    def is_stalled(self) -> bool:
        """Whether the client does not read what is sent to it."""
        return not self.writable.is_set()

    def stop_receiving(self) -> None:
        """Leave what the client sends from now on in its TCP connection, unread."""
        if not self.is_closed:
            self._is_stopped = True
            self._steer()

    def start_closing(self, reason: str) -> None:
        """Close with 1012 as soon as everything is written that waits for this client."""
        if not self.is_closed:
            close = {"type": "websocket.close", "code": CloseCode.SERVICE_RESTART, "reason": reason}
            self._closing = asyncio.create_task(self._close(close))

    def fail(self, code: int, reason: str = "") -> None:
        """Close the connection, and listen to the client no more."""
        if self.is_closed:
            return

        self.writer.close()
        self.conn.end(code, reason)
        if self.conn.close_sent is None:
            # Before the handshake is complete nothing can be said.
            self.transport.abort()
            return

        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._linger()

    def keepalive_timeout(self) -> None:
        """Close with 1011; do not wait for a full buffer."""
        self.fail(CloseCode.INTERNAL_ERROR, "keepalive ping timeout")

    def disconnect_slow(self) -> None:
        """Disconnect a slow client: with 1013 if it reads on in time, else without a word."""
        self.writer.close()
        self.fail(*TOO_SLOW)
        if self.transport.get_write_buffer_size() > MAX_LINGERING:
            self.transport.abort()

    def shutdown(self) -> None:
        """Close with 1012, because the server stops."""
        self.writer.close()
        super().shutdown()

    def _handle_fault(self) -> None:
        if self.close_sent:
            self._await_close()
        elif self.queue.is_awaited():
            self._fail_by_fault()
        else:
            # The app has to answer what came before; `receive` tells when it has.
            self.close_timer = self.loop.call_later(ANSWER_SECONDS, self._fail_by_fault)

    def _fail_by_fault(self) -> None:
        if self.conn.fault is not None and not self.close_sent:
            self.fail(self.conn.fault.code, self.conn.fault.reason)

    def _await_close(self) -> None:
        # The client's answer comes after what it has sent before.
        self._is_stopped = self.read_paused = False
        if self.conn.fault is None:
            return self._go_on()
        # A client that breaks the protocol sends none.
        if not self.conn.eof_sent:
            self.conn.end(self.conn.fault.code)
            self._linger()

    def _linger(self) -> None:
        # A lingering close: TCP resets a connection that is closed while something of the client is unread,
        # and the close frame would be lost. So RFC 6455, 7.1.1, lets the server end only its own side, and
        # read on until the client has ended the other. Not over TLS, which has no such half of an end.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._cancel_turn()
        self._steer()
        self._abort_soon()

    def _abort_soon(self) -> None:
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)

    def _cancel_turn(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    async def _close(self, close: Any) -> None:
        # A client that leaves meanwhile needs no goodbye.
        with suppress(OSError, RuntimeError):
            await self.send(close)
