"""uvicorn's server, with a farewell: on SIGTERM or Ctrl+C it drains before it shuts down.

Why here: uvicorn's own `shutdown` stops listening and closes every connection before anything else, and
runs the app's lifespan shutdown last, when nobody is there any more. In front of it the server still
answers: `/ready` with 503, handshakes with 503, and every client gets what is on its way.
"""

import asyncio
import logging
import signal
import socket
from types import FrameType

import uvicorn

from server_snippets.connection_log import log
from server_snippets.draining import Draining
from server_snippets.farewell import say_farewell, time
from server_snippets.file_descriptors import DescriptorCheck
from server_snippets.protocol import FanOutProtocol


# How much of the time is gone when work has to be done, and when answers have to be on their way.
WORK, ANSWERS = 0.5, 0.75
POLL_SECONDS = 0.02
# uvicorn calls `on_tick` this often.
TICKS_A_SECOND = 10


class DrainingServer(uvicorn.Server):
    """Serves one app and drains it in the end; a second Ctrl+C ends it at once.

    Args:
        config: uvicorn's configuration, with `ws=FanOutProtocol`.
        draining: The app's.
        seconds: How long draining may take.
    """

    def __init__(self, config: uvicorn.Config, draining: Draining, seconds: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._seconds = seconds
        self._descriptors = DescriptorCheck()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the end; a second Ctrl+C cuts it short."""
        # uvicorn would raise the signal again at the very end, and SIGTERM would spoil the exit code.
        self.force_exit = self.force_exit or (self.should_exit and sig == signal.SIGINT)
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Check once a second that files can be opened: uvloop does not report that accepting fails."""
        if counter % TICKS_A_SECOND == 0:
            self._descriptors.run()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then do what uvicorn does."""
        drain = asyncio.create_task(self._drain())
        while not (drain.done() or self.force_exit):
            await asyncio.wait([drain], timeout=POLL_SECONDS)
        drain.cancel()
        if self.force_exit:
            # Everything that is cut off now would write where it was.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        # A client that does not read would keep uvicorn waiting.
        for connection in self._connections():
            connection.transport.abort()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        start = time()
        log("drain", open=len(self._connections()))
        await self._draining.begin(WORK * self._seconds)
        connections = self._connections()
        await say_farewell(connections, start + ANSWERS * self._seconds, start + self._seconds)
        late = sum(not connection.has_ended for connection in connections)
        log("drained", told=len(connections) - late, aborted=late, seconds=round(time() - start, 1))

    def _connections(self) -> list[FanOutProtocol]:
        connections = self.server_state.connections
        return [connection for connection in connections if isinstance(connection, FanOutProtocol)]
