"""The messages on their way to one client: whoever is slow waits alone."""

import asyncio
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect


# A client that has more than this waiting is not keeping up: five thousand who leave at once still fit.
MAX_MESSAGES = 10_000
MAX_CHARACTERS = 16 * 1024 * 1024


class Outbox:
    """Takes messages at once, and sends them in their order from a task of its own."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._characters = 0
        self._postman = asyncio.create_task(self._deliver())

    def put(self, message: str) -> None:
        """Add a message; give a client up that has too much waiting."""
        if self._postman.done():
            return

        self._characters += len(message)
        if self._waiting.qsize() >= MAX_MESSAGES or self._characters > MAX_CHARACTERS:
            self._give_up()
        else:
            self._waiting.put_nowait(message)

    def close(self) -> None:
        """Send nothing more."""
        self._postman.cancel()

    async def _deliver(self) -> None:
        # A client that is gone takes nothing: its own handler notices, and says goodbye for it.
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                message = await self._waiting.get()
                await self._websocket.send_text(message)
                self._characters -= len(message)

    def _give_up(self) -> None:
        self.close()
        # The connection's guard makes its handler leave, and closes with 1013.
        if drop_client := self._websocket.scope.get("drop_client"):
            drop_client()
