"""Keeps ■ (interrupt) working while a cell awaits."""

import asyncio

from IPython.core.getipython import get_ipython


WAKE_INTERVAL = 0.25
_wakers: dict[asyncio.AbstractEventLoop, "asyncio.Task[None]"] = {}


def keep_interruptible() -> None:
    """Wake the kernel's event loop four times a second from now on; outside a kernel do nothing."""
    if not hasattr(get_ipython(), "kernel"):
        return

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return

    if loop not in _wakers:
        _wakers[loop] = loop.create_task(_wake())


async def _wake() -> None:
    # A signal alone does not wake a loop that waits for its sockets: the KeyboardInterrupt would wait, too.
    while True:
        await asyncio.sleep(WAKE_INTERVAL)
