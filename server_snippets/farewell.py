"""How all clients are told to leave, so that nothing is lost that the server has taken from them.

One moment divides everything. Before it, the server takes messages; behind it, it takes none, brings the
answers to all that it took on their way, and only then closes each connection, behind its last message.
"""

import asyncio
import random
from collections.abc import Collection

from server_snippets.protocol import FanOutProtocol


# How long an answer may wait for a client that does not read, while everyone waits for that answer.
STALLED_SECONDS = 0.5
# The first come back after a second, and no more than 500 in each second from then on.
FIRST_SECONDS, RETURNS_A_SECOND = 1.0, 500
POLL_SECONDS = 0.02


async def say_farewell(connections: Collection[FanOutProtocol], answers: float, end: float) -> None:
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
        connection.start_closing(f"Restarting: reconnect after {a_while(len(connections)):.1f} s")
    while time() < end and not all(connection.has_ended for connection in connections):
        await asyncio.sleep(POLL_SECONDS)


async def until_answered(connections: Collection[FanOutProtocol], end: float) -> None:
    """Return when the app has answered all that it took, or when only stalled clients keep it from that."""
    patience = time() + STALLED_SECONDS
    while time() < end and any(
        connection.is_busy and (time() < patience or not connection.is_stalled) for connection in connections
    ):
        await asyncio.sleep(POLL_SECONDS)


def a_while(clients: int) -> float:
    """Return some seconds, so different that all clients do not come back at once."""
    return random.uniform(FIRST_SECONDS, FIRST_SECONDS + max(1.0, clients / RETURNS_A_SECOND))


def time() -> float:
    """Return the time of the event loop."""
    return asyncio.get_running_loop().time()
