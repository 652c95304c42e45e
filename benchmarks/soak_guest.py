"""One visit to a room of the chat: who comes, what they hear and say, and how they end it."""

import asyncio
import json
import sys
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from websocket_lab.wire.tcp_reset import reset


# What everyone in a room hears in one order, with what tells one from the other.
IN_ONE_ORDER = {"joined": "username", "left": "username", "message": "text"}
DEADLINE = 60.0


class Guest:
    """A client in a room, which notes all that the room hears in one order.

    Args:
        room: Where it goes.
        name: What it is called; no two are ever called the same.
    """

    def __init__(self, room: str, name: str) -> None:
        self.room = room
        self.name = name
        self.heard: list[str] = []
        self.accepted: list[str] = []
        self._last_heard: set[str] = set()
        self._news = asyncio.Event()
        self._said = 0

    async def join(self, server: str) -> None:
        """Connect, and return when the room has been told."""
        url = f"{server}/ws/chat/{self.room}/{self.name}"
        self._websocket: ClientConnection = await connect(
            url, compression=None, proxy=None, open_timeout=DEADLINE, ping_interval=None
        )
        self._listening = asyncio.create_task(self._listen())
        await self.until_heard(f"joined {self.name}")

    async def say(self, text: str = "") -> None:
        """Say something, and return when it has come back: then it is accepted."""
        self._said += 1
        text = text or f"{self.name} says {self._said}"
        await self._websocket.send(json.dumps({"action": "message", "text": text}))
        await self.until_heard(f"message {text}")
        self.accepted.append(text)

    async def until_heard(self, words: str) -> None:
        """Wait until something has come that is about this guest, or the end."""
        async with asyncio.timeout(DEADLINE):
            while words not in self._last_heard:
                if self._listening.done():
                    raise ConnectionError(f"{self.name} was cut off and did not hear {words!r}.")
                self._news.clear()
                await self._news.wait()
        self._last_heard.clear()

    async def doze(self, seconds: float) -> None:
        """Read nothing for a while."""
        self.stall()
        await asyncio.sleep(seconds)
        with suppress(RuntimeError):
            self._websocket.transport.resume_reading()

    def stall(self) -> None:
        """Read nothing any more."""
        # The server may have closed the connection; then there is nothing to pause.
        with suppress(RuntimeError):
            self._websocket.transport.pause_reading()

    async def leave(self) -> None:
        """Say goodbye."""
        await self._websocket.close()
        await self._listening

    async def vanish(self) -> None:
        """End the connection by a reset, without a goodbye."""
        reset(self._websocket.transport)
        await self._listening

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._websocket:
                self._note(json.loads(text))
        self._news.set()

    def _note(self, event: dict[str, str]) -> None:
        if key := IN_ONE_ORDER.get(event["type"]):
            # All who hear it share one string.
            self.heard.append(sys.intern(f"{event['type']} {event[key]}"))
            if event[key].split()[0] in (self.name, "the"):
                self._last_heard.add(self.heard[-1])
                self._news.set()
        elif event["type"] == "error":
            self.heard.append(f"error {event}")
