"""Step 10, a client that comes back: it waits, connects again, and asks for what it missed.

New since step 9: whoever reads the messages does not notice that connections end. At the end is the client of
lesson 14, which reads in the close frame's reason how long to wait.
Used by: notebooks/10_heartbeat.ipynb, with server_snippets.step_10_heartbeat, and notebooks/14_lifespan.ipynb
"""

# %% imports
import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.client import process_exception
from websockets.exceptions import ConnectionClosed


Event = dict[str, Any]
NewWaits = Callable[[], Iterator[float]]


# %% waits
def waits(first: float = 0.5, longest: float = 30.0) -> Iterator[float]:
    """Yield the seconds to wait before each attempt: a random part of a bound that doubles."""
    bound = first
    while True:
        yield random.uniform(0, bound)
        bound = min(2 * bound, longest)


# %% listen
async def listen(websocket: ClientConnection, patience: float) -> AsyncIterator[Event]:
    """Yield each event and answer each ping; raise TimeoutError when nothing comes for too long."""
    while True:
        async with asyncio.timeout(patience):
            event = json.loads(await websocket.recv())
        if event["type"] == "ping":
            await websocket.send('{"action": "pong"}')
        else:
            yield event


# %% by_the_library
async def by_the_library(url: str, patience: float = 25.0, **options: Any) -> AsyncIterator[Event]:
    """Yield what comes on one connection after the other, as `websockets` gives them."""
    async for websocket in connect(url, **options):
        try:
            async for event in listen(websocket, patience):
                yield event
        except (ConnectionClosed, TimeoutError):
            continue


# %% may_pass
def may_pass(error: Exception) -> bool:
    """Return whether another attempt can help: it cannot where the server refused."""
    return isinstance(error, ConnectionClosed) or process_exception(error) is None


# %% messages
async def messages(
    url: str, patience: float = 25.0, new_waits: NewWaits = waits, **options: Any
) -> AsyncIterator[Event]:
    """Yield every message of the feed once, whatever happens to the connections."""
    after, pauses = 0, new_waits()
    while True:
        try:
            address = f"{url}?after={after}"
            async with connect(address, open_timeout=patience, close_timeout=1, **options) as websocket:
                async for event in listen(websocket, patience):
                    pauses, after = new_waits(), event["id"]
                    yield event
        except Exception as error:
            if not may_pass(error):
                raise
        await asyncio.sleep(next(pauses))


# %% asked_for
def asked_for(reason: str | None) -> float | None:
    """Return the seconds of `Restarting: reconnect after 1.3 s`, or None where nobody asks for any."""
    found = re.search(r"reconnect after (\d+(?:\.\d+)?) s", reason or "")
    return float(found[1]) if found else None


# %% stay_connected
async def stay_connected(url: str, on_text: Callable[[str], None], **options: Any) -> None:
    """Give `on_text` each text, and each goodbye, on one connection after the other."""
    pauses = waits()
    while True:
        pause = next(pauses)
        try:
            async with connect(url, **options) as websocket:
                pauses = waits()
                with suppress(ConnectionClosed):
                    async for text in websocket:
                        on_text(str(text))
                on_text(f"{websocket.close_code} {websocket.close_reason}")
                pause = asked_for(websocket.close_reason) or pause
        except Exception as error:
            if not may_pass(error):
                raise
        await asyncio.sleep(pause)
