"""What the wire tap costs: `python -m benchmarks.wire_tap`.

Goals: a round trip takes at most 2.5 times the direct one, and 20,000 small frames a second pass
while the kernel's thread stays responsive.
"""

import asyncio
import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from time import perf_counter

from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from websocket_lab.server.background_server import BackgroundServer
from websocket_lab.widgets.wire_tap import WireTap


ROUNDS, BLOCK = 20, 100
RATE, SECONDS = 20_000, 5
TICK = 0.005


def echo_app() -> FastAPI:
    """Return an app that sends each text back."""
    app = FastAPI()

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return app


async def round_trips(*urls: str) -> list[list[float]]:
    """Return the seconds of round trips to each address, measured in turns."""
    clients = [await connect(url, compression=None, proxy=None) for url in urls]
    times: list[list[float]] = [[] for _ in urls]
    for _ in range(ROUNDS):
        for client, mine in zip(clients, times, strict=True):
            for _ in range(BLOCK):
                start = perf_counter()
                await client.send("Hello")
                await client.recv()
                mine.append(perf_counter() - start)
    for client in clients:
        await client.close()
    return times


def measure_round_trips() -> None:
    """Print what a round trip takes directly and through the tap."""
    with BackgroundServer(echo_app(), ws_per_message_deflate=False) as server, WireTap(server) as tap:
        direct, tapped = asyncio.run(round_trips(server.url("/ws"), tap.url("/ws")))
    ratio = median(tapped) / median(direct)
    print(f"round trip, {len(direct):,} each in turns     median      95 %")
    for name, times in (("direct", direct), ("through the tap", tapped)):
        print(f"  {name:<28} {median(times) * 1e3:8.3f} ms {quantiles(times, n=20)[-1] * 1e3:7.3f} ms")
    print(f"  ratio of the medians         {ratio:8.2f}     (goal: at most 2.5)\n")


class Peer:
    """A process that is the other end of the wire."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "benchmarks.wire_peers", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def line(self) -> str:
        """Return the next line that the process prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def busy_server() -> Iterator["RemoteServer"]:
    """Run the sending server in a process of its own."""
    peer = Peer("server")
    try:
        yield RemoteServer(int(peer.line()))
    finally:
        peer.process.terminate()
        peer.process.wait()


class RemoteServer:
    """A server of which the tap knows the port."""

    def __init__(self, port: int) -> None:
        self.port = port


def lateness(process: "subprocess.Popen[str] | None", seconds: float) -> list[float]:
    """Return by how much this thread's ticks came late while the process ran (or for some seconds)."""

    async def tick() -> list[float]:
        late, end = [], perf_counter() + seconds
        while (process.poll() is None) if process else (perf_counter() < end):
            start = perf_counter()
            await asyncio.sleep(TICK)
            late.append(perf_counter() - start - TICK)
        return late

    return asyncio.run(tick())


def measure_stream(rate: int, count: int, *, tapped: bool) -> None:
    """Print what the kernel's thread feels, and what arrives, while frames pass at that rate."""
    with busy_server() as server, WireTap(server) as tap:
        url = tap.url("/") if tapped else f"ws://127.0.0.1:{server.port}/"
        before = full_collections()
        client = Peer("client", url, str(count), str(rate))
        late = lateness(client.process, 0)
        came, seconds = client.line().split()
        speed = f"{int(came) / float(seconds):,.0f}/s"
        row(f"{'through the tap' if tapped else 'past the tap'}, {speed}", late)
        recorded = f"; recorded: {tap.dropped + len(tap.frames()):,}" if tapped else ""
        full = full_collections() - before
        print(f"    {int(came):,} of {count:,} came{recorded}; full garbage collections here: {full}")


def full_collections() -> int:
    """Return how often all objects of this process were looked through, while every thread waited."""
    return int(gc.get_stats()[2]["collections"])


def row(name: str, late: list[float]) -> None:
    """Print how late ticks were."""
    cuts = quantiles(late, n=100)
    print(f"  {name:<28} {median(late) * 1e3:8.2f} ms {cuts[98] * 1e3:7.2f} ms {max(late) * 1e3:7.2f} ms")


def main() -> None:
    """Print all tables."""
    measure_round_trips()
    print("the kernel's thread is late by    median      99 %        most")
    row("nothing on the wire", lateness(None, 2))
    # Past the tap, the two processes alone take their share of the cores: that is what to compare with.
    for rate, count in ((RATE, RATE * SECONDS), (RATE, RATE * SECONDS), (1_000_000, 200_000)):
        measure_stream(rate, count, tapped=False)
        measure_stream(rate, count, tapped=True)


if __name__ == "__main__":
    main()
