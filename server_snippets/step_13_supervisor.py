"""Step 13, the supervisor: background work that must never end in silence.

New since step 10: a task that fails says so in the log, and goes on.
Used by: server_snippets.step_13_scaling_out and server_snippets.step_13_redis_connection
"""

# %% imports
import asyncio
import logging
from collections.abc import Awaitable, Callable


log = logging.getLogger(__name__)


# %% supervise
async def supervise(work: Callable[[], Awaitable[None]]) -> None:
    """Do some work again and again; where it fails, write that to the log, and go on after a second."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("Work in the background failed; going on.")
            await asyncio.sleep(1)
