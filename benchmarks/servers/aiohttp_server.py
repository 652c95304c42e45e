"""aiohttp, with a loop over the clients."""

import asyncio

import uvloop
from aiohttp import web


clients: set[web.WebSocketResponse] = set()


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Send each text back."""
    websocket = web.WebSocketResponse(compress=False)
    await websocket.prepare(request)
    async for message in websocket:
        await websocket.send_str(message.data)
    return websocket


async def room(request: web.Request) -> web.WebSocketResponse:
    """Pass each text on to everyone."""
    websocket = web.WebSocketResponse(compress=False)
    await websocket.prepare(request)
    clients.add(websocket)
    try:
        async for message in websocket:
            for client in list(clients):
                await client.send_str(message.data)
    finally:
        clients.discard(websocket)
    return websocket


async def main() -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app.add_routes([web.get("/ws", room), web.get("/echo", echo)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
