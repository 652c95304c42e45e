"""Step 11's outbox: what waits for one client, never more than 50 messages, and a task that sends it.

`server_snippets.step_11_fan_out` gives one to each client.
"""

# %% imports
import asyncio
from contextlib import suppress

from fastapi import WebSocket

# %% course_imports
from server_snippets.server.transport.backlog import SlowClients
from server_snippets.server.transport.encoded_message import EncodedMessage
from server_snippets.step_04_connection_manager import GONE, say_goodbye


# %% admit
MAX_WAITING = 50


def admit(message: EncodedMessage, queue: asyncio.Queue[EncodedMessage], policy: SlowClients) -> bool:
    """Let `message` into the queue as far as the policy does; return whether the client may stay."""
    if queue.full() and policy is SlowClients.DISCONNECT:
        return False

    if queue.full() and policy is SlowClients.DROP_OLDEST:
        queue.get_nowait()
    if not queue.full():
        queue.put_nowait(message)
    return True


# %% outbox
class Outbox:
    """Takes messages for one client at once; a task of its own sends them, in their order."""

    def __init__(self, websocket: WebSocket, policy: SlowClients) -> None:
        self._websocket = websocket
        self._policy = policy
        self._queue: asyncio.Queue[EncodedMessage] = asyncio.Queue(MAX_WAITING)
        self._is_closed = False
        self._writer = asyncio.create_task(self._write())

    def put(self, message: EncodedMessage) -> None:
        """Take a message, or let the client go that has too many waiting."""
        if not self._is_closed and not admit(message, self._queue, self._policy):
            self.close()
            say_goodbye(self._websocket)

    def close(self) -> None:
        """Send nothing more."""
        self._is_closed = True
        self._writer.cancel()

    async def _write(self) -> None:
        # The client is gone, so stop: its endpoint notices and cleans up.
        with suppress(*GONE):
            while True:
                message = await self._queue.get()
                await self._websocket.send_text(message.text)
