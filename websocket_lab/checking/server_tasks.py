"""How many tasks run on a server under check: what someone who has left leaves behind shows here."""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Receive, Scope, Send


BETWEEN_LOOKS = 0.02


class ServerTasks:
    """Counts the tasks of the loop on which an app runs, as soon as that loop is known."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def watch(self, app: ASGIApp) -> ASGIApp:
        """Return the same app; from its first connection on its tasks can be counted."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            self._loop = asyncio.get_running_loop()
            await app(scope, receive, send)

        return watched

    def count(self, wanted: int = 0, patience: float = 1.5) -> int:
        """Return how many tasks there are once they are at most `wanted`, or when the patience ends."""
        if self._loop is None:
            return 0
        counted = asyncio.run_coroutine_threadsafe(_count(wanted, patience), self._loop)
        return counted.result(patience + 1.0)


async def _count(wanted: int, patience: float) -> int:
    with suppress(TimeoutError):
        async with asyncio.timeout(patience if wanted else 0):
            while _others() > wanted:
                await asyncio.sleep(BETWEEN_LOOKS)
    return _others()


def _others() -> int:
    return len(asyncio.all_tasks()) - 1
