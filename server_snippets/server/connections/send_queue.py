"""The messages on their way to one client: whoever is slow waits alone."""

import asyncio
from contextlib import suppress
from typing import Protocol

from fastapi import WebSocket, WebSocketDisconnect

from ..transport.backlog import Backlog, SlowClients
from ..transport.encoded_message import EncodedMessage
from ..transport.protocol import EXTENSION


class SendQueue(Protocol):
    """Takes messages for one client at once, and sends them in their order."""

    backlog: Backlog

    def put(self, message: EncodedMessage) -> None:
        """Take a message; what is too much for a slow client is up to the policy of `backlog`."""

    def close(self) -> None:
        """Take nothing more."""

    def give_up(self) -> None:
        """Disconnect the client, which reads too slowly."""


def open_send_queue(websocket: WebSocket, policy: SlowClients) -> SendQueue:
    """Return the fast way out where the server offers one, and a task that sends anywhere else."""
    extension = websocket.scope.get("extensions", {}).get(EXTENSION)
    send_queue: SendQueue = extension["writer"] if extension else TaskSendQueue(websocket)
    send_queue.backlog.policy = policy
    # The connection's guard knows what waits for all clients together.
    if total := websocket.scope.get("backlog_total"):
        send_queue.backlog.share(total, send_queue.give_up)
        websocket.scope["backlog"] = send_queue.backlog
    return send_queue


class TaskSendQueue:
    """Sends from a task of its own, on any ASGI server."""

    def __init__(self, websocket: WebSocket) -> None:
        self.backlog = Backlog()
        self._websocket = websocket
        self._arrived = asyncio.Event()
        self._sender = asyncio.create_task(self._send())

    def put(self, message: EncodedMessage) -> None:
        """Add a message; give a client up that has too much waiting."""
        if self._sender.done() or self._sender.cancelling():
            return

        if self.backlog.add(message):
            self._arrived.set()
        else:
            self.give_up()

    def close(self) -> None:
        """Send nothing more."""
        self._sender.cancel()
        self.backlog.end()

    async def _send(self) -> None:
        # A client that is gone takes nothing: its own handler notices, and says goodbye for it.
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self.backlog:
                    await self._websocket.send_text(self.backlog.pop().text)

    def give_up(self) -> None:
        """Make the connection's handler leave."""
        self.close()
        # The connection's guard makes its handler leave, and closes with 1013.
        if drop_client := self._websocket.scope.get("drop_client"):
            drop_client()
