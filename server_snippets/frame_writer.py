"""The fast way out to one client: frames made once, and one joined write for each turn of the loop."""

import asyncio
from collections.abc import Callable

from server_snippets.backlog import Backlog
from server_snippets.encoded_message import EncodedMessage


class FrameWriter:
    """Takes messages for one client; the frames of one loop turn leave in one write, in their order.

    Args:
        loop: The event loop of the connection.
        transport: The client's TCP connection.
        give_up: Disconnects the client, which reads too slowly.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, give_up: Callable[[], None]
    ) -> None:
        self.backlog = Backlog()
        # Where a message goes now: as long as all is well, nothing is asked for each one.
        self.put: Callable[[EncodedMessage], None] = self._join
        self._loop = loop
        self._transport = transport
        self._give_up = give_up
        self._frames: list[bytes] = []

    def flush(self) -> None:
        """Write what waits for the end of the loop turn, now."""
        frames, self._frames = self._frames, []
        if frames and not self._transport.is_closing():
            self._transport.write(b"".join(frames))

    def pause(self) -> None:
        """Keep messages back from now on: the connection's buffer is full."""
        if self.put == self._join:
            self.put = self._keep_back

    def resume(self) -> None:
        """Write what was kept back, and go on: the connection's buffer has room again."""
        if self.put == self._keep_back:
            self.put = self._join
            self._transport.write(b"".join(message.frame for message in self.backlog.take_all()))

    def close(self) -> None:
        """Write what waits for the end of the loop turn, and nothing more from now on."""
        self.flush()
        self.backlog.clear()
        self.put = self._ignore

    def _join(self, message: EncodedMessage) -> None:
        if not self._frames:
            self._loop.call_soon(self.flush)
        self._frames.append(message.frame)

    def _keep_back(self, message: EncodedMessage) -> None:
        if not self.backlog.add(message):
            self._give_up()

    def _ignore(self, message: EncodedMessage) -> None:
        pass
