"""The package websockets, with its own `broadcast`."""

import asyncio
import logging

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve


# Of clients that vanish when a crowd ends.
logging.disable()
clients: set[ServerConnection] = set()


async def handle(websocket: ServerConnection) -> None:
    """Serve the room, or the echo."""
    if websocket.request and websocket.request.path == "/echo":
        async for text in websocket:
            await websocket.send(text)
        return
    clients.add(websocket)
    try:
        async for text in websocket:
            broadcast(clients, text)
    finally:
        clients.discard(websocket)


async def main() -> None:
    """Serve until the process is ended."""
    async with serve(handle, "127.0.0.1", 0, compression=None, backlog=2048) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.Event().wait()


uvloop.run(main())
