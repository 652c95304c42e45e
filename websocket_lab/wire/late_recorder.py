"""A recorder that lets the wire go first: it decodes a moment later, in small slices."""

import asyncio
from collections import deque
from time import perf_counter

from websocket_lab.wire.connection import WireConnection
from websocket_lab.wire.recorder import WireRecorder


LATER = 0.005
# Between two slices other threads get their turn: a cell that runs must not feel a busy wire.
SLICE_SECONDS = 0.001
SLICE_BYTES = 8192
# Where decoding cannot keep pace, the wire waits for it, so that memory stays bounded.
MOST_WAITING = 2_000_000


class LateRecorder(WireRecorder):
    """A recorder that is fed on an event loop; whoever reads it gets everything that has crossed."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[tuple[WireConnection, bool, bytes]] = deque()
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._has_news = False

    def feed(self, connection: WireConnection, from_client: bool, data: bytes) -> None:
        """Record what one side of a connection sent: the handshake at once, frames a moment later."""
        if not connection.is_websocket:
            super().feed(connection, from_client, data)
            return

        for start in range(0, len(data), SLICE_BYTES):
            self._waiting.append((connection, from_client, data[start : start + SLICE_BYTES]))
        self._size += len(data)
        if self._size > MOST_WAITING:
            with self._feeding:
                self._settle()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATER, self._decode_a_slice)

    def _settle(self) -> None:
        while self._waiting:
            self._decode_next()

    def _decode_next(self) -> None:
        connection, from_client, data = self._waiting.popleft()
        self._size -= len(data)
        events = connection.feed(from_client, data)
        self._log.add(events)
        self._has_news |= bool(events)

    def _decode_a_slice(self) -> None:
        self._timer = None
        # Another thread may be reading, and decoding for itself: the wire does not wait for it.
        if self._feeding.acquire(blocking=False):
            try:
                end = perf_counter() + SLICE_SECONDS
                while self._waiting and perf_counter() < end:
                    self._decode_next()
            finally:
                self._feeding.release()
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(0, self._decode_a_slice)
        if self._has_news:
            self._has_news = False
            self._tell()
