"""How many tasks run on a server under check: what someone who has left leaves behind shows here."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from websocket_lab.checking.timing import Patience


BETWEEN_LOOKS = 0.02
# What asyncio reports of a task that waits when nobody knows it any more, and Python frees its memory.
LOST = "Task was destroyed but it is pending!"


class ServerTasks:
    """Counts the tasks of the loop on which an app runs, as soon as that loop is known."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lost = 0

    def watch(self, app: ASGIApp) -> ASGIApp:
        """Return the same app; from its first connection on its tasks can be counted."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if self._loop is None:
                self._loop = asyncio.get_running_loop()
                self._note_lost_tasks(self._loop)
            await app(scope, receive, send)

        return watched

    def count(self, wanted: int = 0, patience: float = 1.5) -> int:
        """Return how many tasks have not ended once they are at most `wanted`, or when the patience ends."""
        if self._loop is None:
            return 0
        counted = asyncio.run_coroutine_threadsafe(self._count(wanted, patience), self._loop)
        return Patience(patience + 1.0).wait(counted.result)

    def _note_lost_tasks(self, loop: asyncio.AbstractEventLoop) -> None:
        others = loop.get_exception_handler() or asyncio.AbstractEventLoop.default_exception_handler

        def note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            if context["message"] == LOST:
                self._lost += 1
            else:
                others(loop, context)

        loop.set_exception_handler(note)

    async def _count(self, wanted: int, patience: float) -> int:
        rest = Patience(patience)
        while wanted and self._others() > wanted and not rest.is_over:
            await asyncio.sleep(BETWEEN_LOOKS)
        return self._others()

    def _others(self) -> int:
        # A task that was lost has not ended either.
        return len(asyncio.all_tasks()) - 1 + self._lost
