"""Tells the others in a room who is typing."""

import asyncio
from collections.abc import Awaitable, Callable

from ..brokers.presence import Presence


OnChange = Callable[[Presence, bool], Awaitable[None]]


class TypingIndicator:
    """Says once that someone types, and once that it has stopped.

    Args:
        on_change: Is told of a member whether they type from now on.
        seconds: How long someone counts as typing after the last sign of it.
    """

    def __init__(self, on_change: OnChange, seconds: float) -> None:
        self._on_change = on_change
        self._seconds = seconds
        # One task for each who types; it waits for the silence.
        self._silences: dict[Presence, asyncio.Task[None]] = {}

    async def start(self, typist: Presence) -> None:
        """Count someone as typing from now on, until the silence has lasted."""
        if silence := self._silences.get(typist):
            silence.cancel()
        else:
            await self._on_change(typist, True)
        self._silences[typist] = asyncio.create_task(self._wait(typist))

    async def stop(self, typist: Presence) -> None:
        """Count someone as not typing any more; say nothing of a member who was not typing."""
        if typist in self._silences:
            self.forget(typist)
            await self._on_change(typist, False)

    def forget(self, typist: Presence) -> None:
        """Say no more of someone."""
        if silence := self._silences.pop(typist, None):
            silence.cancel()

    async def _wait(self, typist: Presence) -> None:
        await asyncio.sleep(self._seconds)
        del self._silences[typist]
        await self._on_change(typist, False)
