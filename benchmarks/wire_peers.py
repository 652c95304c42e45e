"""The two ends of a busy wire, each in a process of its own: started by `benchmarks.wire_tap`."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame, Opcode


BURST = 200
FRAME = Frame(Opcode.TEXT, b'{"type": "message", "from": "ana", "text": "Hello"}').serialize(mask=False)


async def run_server() -> None:
    """Send as many small frames as a client asks for, at the rate that it asks for; print the port first."""
    async with serve(send_frames, "127.0.0.1", 0, compression=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


async def send_frames(websocket: ServerConnection) -> None:
    """Send each frame with a write of its own, so that the wire really carries small ones."""
    count, rate = map(int, str(await websocket.recv()).split())
    loop = asyncio.get_running_loop()
    start = loop.time()
    for sent in range(0, count, BURST):
        for _ in range(BURST):
            websocket.transport.write(FRAME)
        await asyncio.sleep(max(0.0, start + (sent + BURST) / rate - loop.time()))
    await websocket.send("end")


async def run_client(url: str, count: str, rate: str) -> None:
    """Ask for frames and print how many came, and in how many seconds."""
    loop = asyncio.get_running_loop()
    async with connect(url, compression=None, proxy=None, ping_interval=None) as websocket:
        await websocket.send(f"{count} {rate}")
        start, came = loop.time(), 0
        while await websocket.recv(decode=False) != b"end":
            came += 1
        print(came, loop.time() - start, flush=True)


if __name__ == "__main__":
    asyncio.run(run_server() if sys.argv[1] == "server" else run_client(*sys.argv[2:]))
