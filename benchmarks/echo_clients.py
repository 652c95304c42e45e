"""Clients that send, wait for their echo, and send again; they live in a process of their own."""

import asyncio
import json
import sys
from functools import partial
from time import perf_counter

import uvloop

from benchmarks.line_process import LineProcess
from websocket_lab.experiments.load_process import Crowd, Listener, babble


class EchoClients(LineProcess):
    """So many clients of one echo: `with EchoClients(url, 100) as clients: clients.talk(1, 0.5)`."""

    def __init__(self, url: str, size: int) -> None:
        super().__init__("benchmarks.echo_clients", url, size)

    def talk(self, in_flight: int, seconds: float) -> int:
        """Let each client have `in_flight` messages on their way for so long; return the round trips."""
        return int(self.ask(in_flight, seconds))


class Conversation:
    """One turn of all clients: each echo is answered until the time is up, and every echo is awaited."""

    def __init__(self, listeners: list[Listener], in_flight: int, seconds: float) -> None:
        self._text = babble(100)
        self._end = perf_counter() + seconds
        self._missing = in_flight * len(listeners)
        self.trips = 0
        self.is_over = asyncio.Event()
        for listener in listeners:
            listener.on_messages = partial(self._answer, listener)
            listener.send(*[self._text] * in_flight)

    def _answer(self, listener: Listener, echoes: int) -> None:
        self.trips += echoes
        if perf_counter() < self._end:
            listener.send(*[self._text] * echoes)
        else:
            self._missing -= echoes
            if not self._missing:
                self.is_over.set()


async def main() -> None:
    """Connect, then talk as often as a line asks for it."""
    url, size = json.loads(sys.argv[1])
    crowd = Crowd(url, compression=True)
    await crowd.connect(size, greeting="", answers=0)
    print(json.dumps(size), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        conversation = Conversation(crowd.listeners, *json.loads(line))
        async with asyncio.timeout(60):
            await conversation.is_over.wait()
        print(json.dumps(conversation.trips), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
