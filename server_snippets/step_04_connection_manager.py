"""Step 4, the connection manager: one client sends, everyone receives, and no client can break it.

New since step 3: the server remembers who is connected.
Run it: uvicorn server_snippets.step_04_connection_manager:app
"""

# %% imports
import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect


# What a send raises when the client is gone: the first when it finds out, the second ever after.
GONE = (WebSocketDisconnect, RuntimeError)


# %% close_slow
goodbyes: set[asyncio.Task[None]] = set()


async def close_slow(websocket: WebSocket) -> None:
    """Close with 1013, which the client reads after everything that it has not read yet."""
    with suppress(*GONE):
        await websocket.close(1013, "You read too slowly")


def say_goodbye(websocket: WebSocket) -> None:
    """Close a slow client's connection in the background, in a task that `goodbyes` keeps alive."""
    goodbye = asyncio.create_task(close_slow(websocket))
    goodbyes.add(goodbye)
    goodbye.add_done_callback(goodbyes.discard)


# %% deliver
async def deliver(message: str, websocket: WebSocket, seconds: float = 1.0) -> bool:
    """Send `message` and return whether the client took it in time."""
    with suppress(*GONE):
        try:
            async with asyncio.timeout(seconds):
                await websocket.send_text(message)
                return True
        except TimeoutError:
            say_goodbye(websocket)
    return False


# %% manager
class ConnectionManager:
    """The clients that are connected, and how to speak to them."""

    def __init__(self) -> None:
        self.active_connections: set[WebSocket] = set()

    async def connect(self, websocket: WebSocket) -> None:
        """Accept a client and remember it."""
        await websocket.accept()
        self.active_connections.add(websocket)

    def disconnect(self, websocket: WebSocket) -> None:
        """Forget a client; one that is forgotten already stays so."""
        self.active_connections.discard(websocket)

    async def send_personal_message(self, message: str, websocket: WebSocket) -> None:
        """Send `message` to one client; forget a client that cannot take it."""
        if not await deliver(message, websocket):
            self.disconnect(websocket)

    async def broadcast(self, message: str) -> None:
        """Send `message` to all at once: nobody waits for a slow neighbour."""
        await asyncio.gather(*[self.send_personal_message(message, c) for c in self.active_connections])


manager = ConnectionManager()


# %% app
app = FastAPI()


@app.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    """Welcome one client, then pass each of its texts on to everyone, until it leaves."""
    await manager.connect(websocket)
    try:
        await manager.send_personal_message("Welcome!", websocket)
        with suppress(*GONE):
            async for text in websocket.iter_text():
                await manager.broadcast(text)
    finally:
        manager.disconnect(websocket)
