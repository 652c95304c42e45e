"""Shutdown in order: on SIGTERM or Ctrl+C the server drains before it stops.

uvicorn's own `shutdown` stops listening and closes every connection before anything else, and runs the
app's lifespan shutdown last, when nobody is there any more. Before it begins, this server still answers:
`/ready` with 503, handshakes with 503, and every client gets what is on its way.

One moment divides everything. Before it, the server takes messages; after it, it takes none, sends the
answers to all that it took, and only then closes each connection, after its last message.
"""

import asyncio
import logging
import random
import signal
import socket
from collections.abc import Awaitable, Callable, Collection
from types import FrameType

import uvicorn

from .logs import log
from .transport.open_connections import DescriptorCheck
from .transport.protocol import FanOutProtocol


Work = Callable[[float], Awaitable[None]]
# How long an answer may wait for a client that does not read, while everyone waits for that answer.
STALLED_SECONDS = 0.5
# The first come back after a second, and no more than 500 in each second from then on.
FIRST_SECONDS, RETURNS_A_SECOND = 1.0, 500
# How much of the time is gone when work has to be done, and when answers have to be on their way.
WORK, ANSWERS = 0.5, 0.75
POLL_SECONDS = 0.02
# uvicorn calls `on_tick` this often.
TICKS_A_SECOND = 10


class Draining:
    """One for each app: its endpoints and pages look at it, and its server begins it."""

    def __init__(self) -> None:
        self.has_begun = False
        self._works: list[Work] = []

    def finish_first(self, work: Work) -> None:
        """Let `work(seconds)` end what it has under way before clients are told to leave."""
        self._works.append(work)

    async def begin(self, seconds: float) -> None:
        """Take in nobody new from now on, and return when all work is done, or after `seconds`."""
        self.has_begun = True
        works = [asyncio.ensure_future(work(seconds)) for work in self._works]
        if works:
            # One second more, so that a work that gives up in time can say so.
            await asyncio.wait(works, timeout=seconds + 1)


async def close_all_connections(connections: Collection[FanOutProtocol], answers: float, end: float) -> None:
    """Close all connections, and return when they have ended, or at `end`, a time of the event loop.

    Args:
        connections: All that are open.
        answers: Until when the app may work at what it has taken.
        end: Until when clients may read what they have coming, and answer the close frame.
    """
    for connection in connections:
        connection.stop_receiving()
    await until_answered(connections, answers)
    for connection in connections:
        connection.start_closing(f"Restarting: reconnect after {reconnect_delay(len(connections)):.1f} s")
    while time() < end and not all(connection.has_ended for connection in connections):
        await asyncio.sleep(POLL_SECONDS)


async def until_answered(connections: Collection[FanOutProtocol], end: float) -> None:
    """Return when the app has answered all that it took, or when only stalled clients keep it from that."""
    patience = time() + STALLED_SECONDS
    while time() < end and any(
        connection.is_busy and (time() < patience or not connection.is_stalled) for connection in connections
    ):
        await asyncio.sleep(POLL_SECONDS)


def reconnect_delay(clients: int) -> float:
    """Return some seconds, so different that all clients do not come back at once."""
    return random.uniform(FIRST_SECONDS, FIRST_SECONDS + max(1.0, clients / RETURNS_A_SECOND))


def time() -> float:
    """Return the time of the event loop."""
    return asyncio.get_running_loop().time()


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
        await close_all_connections(connections, start + ANSWERS * self._seconds, start + self._seconds)
        late = sum(not connection.has_ended for connection in connections)
        log("drained", told=len(connections) - late, aborted=late, seconds=round(time() - start, 1))

    def _connections(self) -> list[FanOutProtocol]:
        connections = self.server_state.connections
        return [connection for connection in connections if isinstance(connection, FanOutProtocol)]
