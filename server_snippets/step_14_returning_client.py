"""Step 14, a client that is told when to come back: it waits as long as the server asks, and connects again.

New since step 10: it reads the reason of the close frame.
Used by: notebooks/14_lifespan.ipynb, with the whole server
"""

# %% imports
import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

# %% course_imports
from server_snippets.step_10_reconnecting_client import may_pass, waits


# %% asked_for
def asked_for(reason: str | None) -> float | None:
    """Return the seconds of `Restarting: reconnect after 1.3 s`, or None where nobody asks for any."""
    found = re.search(r"reconnect after (\d+(?:\.\d+)?) s", reason or "")
    return float(found[1]) if found else None


# %% stay
async def stay(url: str, hear: Callable[[str], None], **options: Any) -> None:
    """Let `hear` have each text, and each goodbye, on one connection after the other."""
    pauses = waits()
    while True:
        pause = next(pauses)
        try:
            async with connect(url, **options) as websocket:
                pauses = waits()
                with suppress(ConnectionClosed):
                    async for text in websocket:
                        hear(str(text))
                hear(f"{websocket.close_code} {websocket.close_reason}")
                pause = asked_for(websocket.close_reason) or pause
        except Exception as error:
            if not may_pass(error):
                raise
        await asyncio.sleep(pause)
