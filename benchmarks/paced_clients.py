"""Clients that hear one of them at a steady pace, some of whom read nothing; in a process of their own."""

import asyncio
import json
import sys
from functools import partial
from statistics import median
from time import perf_counter

import uvloop

from benchmarks.line_process import LineProcess
from websocket_lab.experiments.load_process import Crowd, Listener, babble


TEXTS, PER_SECOND, SIZE = 450, 150, 20_000
# After the last text, or when nothing more comes.
PATIENCE = 3.0


class PacedClients(LineProcess):
    """A room in which one speaks, 150 times a second, 20 kB each: which fill a stalled client's buffers."""

    def __init__(self, url: str, size: int, stalled: int, greeting: str, answers: int, form: str) -> None:
        super().__init__("benchmarks.paced_clients", url, size, stalled, greeting, answers, form)

    def talk(self) -> tuple[float, float, float]:
        """Return the share of deliveries that came, the longest pause in seconds, and the median delay."""
        share, pause, delay = self.ask()
        return share, pause, delay


class Talk:
    """What the healthy clients hear of the one who speaks, and when."""

    def __init__(self, healthy: list[Listener], form: str) -> None:
        self._healthy = healthy
        self._text = form.replace("TEXT", babble(SIZE))
        self._spoken: list[float] = []
        self._heard: dict[Listener, list[float]] = {each: [] for each in healthy}
        self._news = asyncio.Event()
        for each in healthy:
            each.on_messages = partial(self._hear, each)

    def _hear(self, listener: Listener, messages: int) -> None:
        self._heard[listener] += [perf_counter()] * messages
        self._news.set()

    async def run(self) -> tuple[float, float, float]:
        """Speak, wait until all is heard or nothing more comes, and return what that came to."""
        start = perf_counter()
        for number in range(TEXTS):
            await asyncio.sleep(max(0.0, start + number / PER_SECOND - perf_counter()))
            self._spoken.append(perf_counter())
            self._healthy[0].send(self._text)
        while any(len(heard) < TEXTS for heard in self._heard.values()):
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), PATIENCE)
            except TimeoutError:
                break
        return self._share(), self._longest_pause(), self._median_delay()

    def _share(self) -> float:
        return sum(len(heard) for heard in self._heard.values()) / (TEXTS * len(self._healthy))

    def _longest_pause(self) -> float:
        end = self._spoken[-1]
        pauses = []
        for heard in self._heard.values():
            moments = [self._spoken[0], *heard, *([end] if len(heard) < TEXTS else [])]
            pauses += [late - soon for soon, late in zip(moments, moments[1:], strict=False)]
        return max(pauses)

    def _median_delay(self) -> float:
        pairs = [pair for heard in self._heard.values() for pair in zip(self._spoken, heard, strict=False)]
        return median(heard - spoken for spoken, heard in pairs) if pairs else 0.0


async def main() -> None:
    """Connect, stall some, then talk when a line asks for it."""
    url, size, stalled, greeting, answers, form = json.loads(sys.argv[1])
    crowd = Crowd(url, compression=True)
    # The first are the stalled ones: in a loop over the clients they stand before the others.
    await crowd.connect(size, greeting, answers)
    for listener in crowd.listeners[:stalled]:
        listener.transport.pause_reading()
    print(json.dumps(size), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await Talk(crowd.listeners[max(1, stalled) :], form).run()), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
