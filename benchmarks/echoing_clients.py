"""Clients that each want an echo twenty times a second, in a process of their own."""

import asyncio
import json
import sys
from statistics import median
from time import perf_counter

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.line_process import LineProcess


PAUSE = 0.05
# For an echo, and for a new handshake.
PATIENCE, HANDSHAKE_PATIENCE = 30.0, 5.0


class EchoingClients(LineProcess):
    """Some healthy clients of one server."""

    def __init__(self, url: str, size: int) -> None:
        super().__init__("benchmarks.echoing_clients", url, size)

    def echo(self, seconds: float) -> list[float | None]:
        """Return the median and the longest wait in ms, the % of echoes that came, a new handshake's ms."""
        numbers: list[float | None] = self.ask(seconds)
        return numbers


async def talk(websocket: ClientConnection, end: float, waits: list[float]) -> int:
    """Send until the end, note how long each echo took, and return how many messages that were."""
    for number in range(sys.maxsize):
        start = perf_counter()
        if start > end:
            return number
        await websocket.send(str(number))
        try:
            await asyncio.wait_for(websocket.recv(), PATIENCE)
        except Exception:
            return number + 1
        waits.append(perf_counter() - start)
        await asyncio.sleep(PAUSE)
    raise AssertionError("The loop above does not end.")


async def handshake(url: str, seconds: float) -> float | None:
    """Return how long a new handshake takes after some seconds; None if it fails."""
    await asyncio.sleep(seconds)
    start = perf_counter()
    try:
        async with connect(url, open_timeout=HANDSHAKE_PATIENCE, close_timeout=0.1):
            return 1000 * (perf_counter() - start)
    except (OSError, TimeoutError):
        return None


async def main() -> None:
    """Connect, then talk whenever a line asks for it."""
    url, size = json.loads(sys.argv[1])
    clients = [await connect(url, compression=None, ping_interval=None) for _ in range(size)]
    print(json.dumps(size), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        (seconds,) = json.loads(line)
        waits: list[float] = []
        end = perf_counter() + seconds
        newcomer = asyncio.create_task(handshake(url, seconds / 2))
        sent = sum(await asyncio.gather(*[talk(client, end, waits) for client in clients]))
        share = 100 * len(waits) / sent
        print(json.dumps([1000 * median(waits), 1000 * max(waits), share, await newcomer]), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
