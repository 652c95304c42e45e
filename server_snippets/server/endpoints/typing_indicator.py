"""Tells the others in a room who is typing."""

import asyncio
from collections.abc import Collection
from typing import Protocol

from ..brokers.presence import Guest
from ..connections.manager import Message


class Teller(Protocol):
    """Tells a room something."""

    async def broadcast_to_room(self, message: Message, room: str, *, but: Collection[Guest]) -> None:
        """Send `message` to every member of `room`, except those in `but`."""


class TypingIndicator:
    """Says once that someone types, and once that it has stopped."""

    def __init__(self, teller: Teller, seconds: float) -> None:
        self._teller = teller
        self._seconds = seconds
        # One task for each who types; it waits for the silence.
        self._silences: dict[Guest, asyncio.Task[None]] = {}

    async def start(self, typist: Guest, room: str, username: str) -> None:
        """Count someone as typing from now on, for three seconds after the last sign of it."""
        if silence := self._silences.get(typist):
            silence.cancel()
        else:
            await self._tell(typist, room, username, active=True)
        self._silences[typist] = asyncio.create_task(self._wait(typist, room, username))

    async def stop(self, typist: Guest, room: str, username: str) -> None:
        """Count someone as not typing any more; who was not typing is passed over in silence."""
        if self.forget(typist):
            await self._tell(typist, room, username, active=False)

    def forget(self, typist: Guest) -> bool:
        """Say no more of someone; return whether that one was typing."""
        silence = self._silences.pop(typist, None)
        if silence:
            silence.cancel()
        return silence is not None

    async def _wait(self, typist: Guest, room: str, username: str) -> None:
        await asyncio.sleep(self._seconds)
        del self._silences[typist]
        await self._tell(typist, room, username, active=False)

    async def _tell(self, typist: Guest, room: str, username: str, *, active: bool) -> None:
        event = {"type": "typing", "username": username, "active": active}
        await self._teller.broadcast_to_room(event, room, but={typist})
