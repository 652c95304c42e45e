"""The fast way out to one client: frames made once, and one joined write for each busy turn of the loop."""

import asyncio
import os
from collections.abc import Callable
from weakref import WeakKeyDictionary

from .backlog import Backlog
from .encoded_message import EncodedMessage


# How much goes to a transport at once: it holds each write whole until all of it has left.
PIECE = 64 * 1024


class LoopTurn:
    """What all writers of an event loop share: how busy its turns are, and who flushes at their end.

    A turn is busy with its second message; the next one counts as busy too, until it has brought one alone.
    """

    __slots__ = ("is_busy", "message", "sent", "_count", "_size", "_writers")

    def __init__(self) -> None:
        self.is_busy = False
        # The one that is being fanned out.
        self.message: EncodedMessage | None = None
        self._count = self._size = 0
        # How many messages were fanned out, for /metrics; those that are joined count together.
        self.sent = 0
        # One callback for all: a thousand would be a thousand objects, and much garbage collection.
        self._writers: list[FrameWriter] = []

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> "LoopTurn":
        """Return the one that all writers of a loop share."""
        return TURNS.setdefault(loop, cls())

    def begin(self, message: EncodedMessage) -> None:
        """Note the next message; first let the writers flush if it would join too many bytes."""
        if not self._count:
            asyncio.get_running_loop().call_soon(self.end)
        self._count += 1
        self.message = message
        self.is_busy |= self._count > 1
        # Counted once for all clients: no client has more than this in one write.
        self._size += len(message.frame)
        if self._size > PIECE:
            self._size = len(message.frame)
            self._flush()

    def collect(self, writer: "FrameWriter") -> None:
        """Let a writer flush when all that is ready in this turn has been dealt with."""
        self._writers.append(writer)

    def end(self) -> None:
        """Let the writers flush."""
        self.is_busy, self._count, self._size, self.message = self._count > 1, 0, 0, None
        self._flush()

    def _flush(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.flush()


TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopTurn] = WeakKeyDictionary()


def descriptor_of(transport: asyncio.Transport) -> int | None:
    """Return where one may write past a transport; None where that would be past TLS, and on Windows."""
    socket = transport.get_extra_info("socket")
    if os.name == "nt" or socket is None or transport.get_extra_info("sslcontext"):
        return None
    return int(socket.fileno())


def ignore(*_: object) -> None:
    """Do nothing."""


class FrameWriter:
    """Takes messages for one client; the frames of a busy loop turn leave in one write, in their order.

    Args:
        turn: Flushes at the end of the loop's turn.
        transport: The client's TCP connection.
        give_up: Disconnects the client, which reads too slowly.
    """

    __slots__ = ("backlog", "put", "_turn", "_transport", "_descriptor", "_give_up", "_frames")

    def __init__(self, turn: LoopTurn, transport: asyncio.Transport, give_up: Callable[[], None]) -> None:
        self.backlog = Backlog()
        # Where a message goes now: as long as all is well, nothing is asked for each one.
        self.put: Callable[[EncodedMessage], None] = self._join
        self._turn = turn
        self._transport = transport
        self._descriptor = descriptor_of(transport)
        # Nothing may be written past what the transport holds: it pauses us as soon as that is one byte.
        if self._descriptor is not None:
            transport.set_write_buffer_limits(high=0)
        self._give_up = give_up
        self._frames: list[bytes] = []

    def flush(self) -> None:
        """Write what waits for the end of the loop turn, now."""
        if self._frames:
            frames = b"".join(self._frames)
            self._turn.sent += len(self._frames)
            self._frames.clear()
            if not self._transport.is_closing():
                self._transport.write(frames)

    def write(self, frame: bytes) -> None:
        """Write a frame now, after what waits for the end of the loop turn."""
        self.flush()
        self._write_past(frame)

    def give_up(self) -> None:
        """Disconnect the client, which reads too slowly."""
        self._give_up()

    def pause(self, unread: int = 0) -> None:
        """Keep messages back from now on: the connection's buffer is full.

        Args:
            unread: How many bytes the client has sent that the app has not received yet.
        """
        if self.put == self._join:
            self.put = self._keep_back
            self.count_buffers(unread)

    def count_buffers(self, unread: int) -> None:
        """Count what waits for this client outside its backlog: in the transport, and unread."""
        self.backlog.note_buffer(self._transport.get_write_buffer_size() + unread)
        # Not now: the transport may be in the middle of a write.
        asyncio.get_running_loop().call_soon(self.backlog.relieve)

    def resume(self) -> None:
        """Write what was kept back, and go on: the connection's buffer has room again."""
        if self.put == self._keep_back:
            self.put = self._join
            self.backlog.note_buffer(0)
            self.flush()
            # In pieces: the transport copies what it cannot write at once, for this client alone.
            while self.backlog and self.put == self._join:
                messages = self.backlog.take(PIECE)
                self._turn.sent += len(messages)
                self._transport.write(b"".join(message.frame for message in messages))

    def close(self) -> None:
        """Write what waits for the end of the loop turn, and nothing more from now on."""
        self.flush()
        self.end()

    def end(self) -> None:
        """Write nothing more from now on, nor what waits for the end of the loop turn."""
        self._frames.clear()
        self.backlog.end()
        # Not methods: nothing here holds this writer or its connection any more.
        self.put = self._give_up = ignore

    def _join(self, message: EncodedMessage) -> None:
        turn = self._turn
        if message is not turn.message:
            turn.begin(message)
            if self.put != self._join:
                # What was flushed has filled the buffer.
                return self.put(message)
        if not turn.is_busy:
            # There is nothing to join it with. The system's call alone costs a twentieth less.
            turn.sent += 1
            self._write_past(message.frame)
            return

        if not self._frames:
            turn.collect(self)
        self._frames.append(message.frame)

    def _write_past(self, frame: bytes) -> None:
        written = 0
        if self._descriptor is not None:
            try:
                written = os.write(self._descriptor, frame)
            except OSError:
                # Full, or gone: the transport will see, and knows what to do.
                written = 0
        if written < len(frame):
            self._transport.write(frame[written:])

    def _keep_back(self, message: EncodedMessage) -> None:
        if not self.backlog.add(message):
            self._give_up()
