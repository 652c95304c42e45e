"""Clients of several servers, in a process of their own: one speaks steadily, all count what comes."""

import asyncio
import json
import sys
from functools import partial
from time import perf_counter

import uvloop

from benchmarks.line_process import LineProcess
from websocket_lab.experiments.load_process import Crowd, Listener, babble


SIZE = 100
# An overloaded server delivers late, but it delivers.
DEADLINE = 60.0
# Nothing is on its way any more when nothing has come for so long.
SILENCE = 0.3


class ScatteredClients(LineProcess):
    """So many clients on several servers: `with servers.clients(200) as clients: clients.talk(100, 50)`.

    Args:
        urls: The servers, which are to be one for the clients.
        size: How many clients there are on all of them together.
        greeting: What each sends first, if anything.
        answers: How many messages each hears before the first of the room.
        form: What a message looks like; TEXT stands for the text.
    """

    def __init__(self, urls: list[str], size: int, greeting: str, answers: int, form: str) -> None:
        super().__init__("benchmarks.scattered_clients", urls, size, greeting, answers, form)

    def talk(self, texts: int, per_second: int) -> int:
        """Let one say so many texts, so many a second; return the deliveries when all have heard all."""
        return int(self.ask(texts, per_second))


class Hearing:
    """Counts what each client hears."""

    def __init__(self, listeners: list[Listener], form: str) -> None:
        self._listeners = listeners
        self._form = form
        self._counts = dict.fromkeys(listeners, 0)
        self._news = asyncio.Event()
        for listener in listeners:
            listener.on_messages = partial(self._hear, listener)

    def _hear(self, listener: Listener, messages: int) -> None:
        self._counts[listener] += messages
        self._news.set()

    async def warm_up(self) -> None:
        """Speak until everyone hears it: some servers let clients in before they have subscribed for them."""
        async with asyncio.timeout(DEADLINE):
            while not all(self._counts.values()):
                self._speak()
                await asyncio.sleep(SILENCE)
            while await self._anything_comes():
                pass

    async def talk(self, texts: int, per_second: int) -> int:
        """Speak at a steady pace, and return the deliveries when every text has come to everyone, once."""
        self._counts = dict.fromkeys(self._counts, 0)
        start = perf_counter()
        for number in range(texts):
            await asyncio.sleep(max(0.0, start + number / per_second - perf_counter()))
            self._speak()
        async with asyncio.timeout(DEADLINE):
            while min(self._counts.values()) < texts:
                self._news.clear()
                await self._news.wait()
        if set(self._counts.values()) != {texts}:
            raise RuntimeError("Something came twice.")
        return texts * len(self._counts)

    def _speak(self) -> None:
        self._listeners[0].send(self._form.replace("TEXT", babble(SIZE)))

    async def _anything_comes(self) -> bool:
        self._news.clear()
        await asyncio.sleep(SILENCE)
        return self._news.is_set()


async def main() -> None:
    """Connect, then talk as often as a line asks for it."""
    urls, size, greeting, answers, form = json.loads(sys.argv[1])
    listeners: list[Listener] = []
    # The first of each server comes alone: broadcaster 0.3 forgets clients that come while it subscribes.
    for count in (1, size // len(urls) - 1):
        for url in urls:
            crowd = Crowd(url, compression=True)
            await crowd.connect(count, greeting, answers)
            listeners += crowd.listeners
        await asyncio.sleep(SILENCE)
    hearing = Hearing(listeners, form)
    await hearing.warm_up()
    print(json.dumps(size), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await hearing.talk(*json.loads(line))), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
