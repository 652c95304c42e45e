"""Whether the server is on its way down, and what it brings to an end before."""

import asyncio
from collections.abc import Awaitable, Callable


Work = Callable[[float], Awaitable[None]]


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
