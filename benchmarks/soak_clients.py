"""Clients that join, talk and vanish for minutes, in a process of their own; then they compare notes."""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.line_process import LineProcess
from websocket_lab.wire.tcp_reset import reset


ROOM_SIZE = 50
STAY_SECONDS = 40.0
# The server gives a client up that has read nothing for forty seconds.
STALL_SECONDS = 60.0
# How many of ten end their visit how.
ENDINGS = {"left orderly": 5, "vanished by TCP reset": 4, "stalled, then vanished": 1}
THE_END = "the end"
# What everyone in a room hears in one order, with what tells one from the other.
IN_ONE_ORDER = {"joined": "username", "left": "username", "message": "text"}
DEADLINE = 60.0


class Guest:
    """A client in a room, which notes all that the room hears in one order.

    Args:
        room: Where it goes.
        name: What it is called; no two are ever called the same.
    """

    def __init__(self, room: str, name: str) -> None:
        self.room = room
        self.name = name
        self.heard: list[str] = []
        self.accepted: list[str] = []
        self._last_heard: set[str] = set()
        self._news = asyncio.Event()
        self._said = 0

    async def join(self, server: str) -> None:
        """Connect, and return when the room has been told."""
        url = f"{server}/ws/chat/{self.room}/{self.name}"
        self._websocket: ClientConnection = await connect(
            url, compression=None, proxy=None, open_timeout=DEADLINE, ping_interval=None
        )
        self._listening = asyncio.create_task(self._listen())
        await self.until_heard(f"joined {self.name}")

    async def say(self, text: str = "") -> None:
        """Say something, and return when it has come back: then it is accepted."""
        self._said += 1
        text = text or f"{self.name} says {self._said}"
        await self._websocket.send(json.dumps({"action": "message", "text": text}))
        await self.until_heard(f"message {text}")
        self.accepted.append(text)

    async def until_heard(self, words: str) -> None:
        """Wait until something has come that is about this guest, or the end."""
        async with asyncio.timeout(DEADLINE):
            while words not in self._last_heard:
                if self._listening.done():
                    raise ConnectionError(f"{self.name} was cut off and did not hear {words!r}.")
                self._news.clear()
                await self._news.wait()
        self._last_heard.clear()

    async def doze(self, seconds: float) -> None:
        """Read nothing for a while."""
        self.stall()
        await asyncio.sleep(seconds)
        with suppress(RuntimeError):
            self._websocket.transport.resume_reading()

    def stall(self) -> None:
        """Read nothing any more."""
        # The server may have closed the connection; then there is nothing to pause.
        with suppress(RuntimeError):
            self._websocket.transport.pause_reading()

    async def leave(self) -> None:
        """Say goodbye."""
        await self._websocket.close()
        await self._listening

    async def vanish(self) -> None:
        """End the connection by a reset, without a goodbye."""
        reset(self._websocket.transport)
        await self._listening

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._websocket:
                self._note(json.loads(text))
        self._news.set()

    def _note(self, event: dict[str, str]) -> None:
        if key := IN_ONE_ORDER.get(event["type"]):
            # All who hear it share one string.
            self.heard.append(sys.intern(f"{event['type']} {event[key]}"))
            if event[key].split()[0] in (self.name, "the"):
                self._last_heard.add(self.heard[-1])
                self._news.set()
        elif event["type"] == "error":
            self.heard.append(f"error {event}")


class SoakRoom:
    """A room with somebody on each server who is there from the beginning to the end.

    What the first of them hears is the room's log. All others have to have heard the same, in the same order,
    each from its joining on, without a gap, until its end.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._steady: list[Guest] = []
        self._visitors: list[Guest] = []

    async def open(self, urls: list[str]) -> None:
        """Let the steady ones in, one on each server."""
        for number, url in enumerate(urls):
            await self.steady_guest(f"steady-{self.name}-{number}").join(url)

    def steady_guest(self, name: str) -> Guest:
        """Return a new guest who is to stay to the end."""
        guest = Guest(self.name, name)
        self._steady.append(guest)
        return guest

    def guest(self, name: str) -> Guest:
        """Return a new visitor."""
        guest = Guest(self.name, name)
        self._visitors.append(guest)
        return guest

    async def close(self) -> None:
        """Wait until all visitors have left, and say the last word to those who are steady."""
        end = time.monotonic() + DEADLINE
        while self._still_in() and time.monotonic() < end:
            await asyncio.sleep(0.1)
        first, *others = self._steady
        await first.say(THE_END)
        for guest in others:
            await guest.until_heard(f"message {THE_END}")

    def counts(self) -> Counter[str]:
        """Return how much has happened here."""
        guests = [*self._steady, *self._visitors]
        return Counter(
            {
                "visits": len(self._visitors),
                "messages accepted": sum(len(guest.accepted) for guest in guests),
                "deliveries compared": sum(len(guest.heard) for guest in guests),
            }
        )

    def faults(self) -> Iterator[str]:
        """Say what was lost, what came twice, and who heard something else than the others."""
        log = self._steady[0].heard
        times = Counter(log)
        places = {words: place for place, words in enumerate(log)}
        yield from (f"{words!r} came {count} times" for words, count in times.items() if count > 1)
        yield from (f"{name} has never left {self.name}" for name in self._still_in())
        for guest in [*self._steady, *self._visitors]:
            yield from (
                f"{text!r} was accepted, and is lost"
                for text in guest.accepted
                if f"message {text}" not in times
            )
            start = places.get(f"joined {guest.name}", 0)
            if guest.heard != log[start : start + len(guest.heard)]:
                yield f"{guest.name} has heard something else than {self._steady[0].name}"
        yield from (f"{guest.name} was cut off" for guest in self._steady if guest.heard[-1] != log[-1])

    def _still_in(self) -> set[str]:
        log = [words.partition(" ") for words in self._steady[0].heard]
        joined = {name for kind, _, name in log if kind == "joined"}
        left = {name for kind, _, name in log if kind == "left"}
        return joined - left - {guest.name for guest in self._steady}


class SoakClients(LineProcess):
    """So many clients, on all servers: `with SoakClients(urls, 500) as clients: clients.live(300)`."""

    def __init__(self, urls: list[str], size: int) -> None:
        super().__init__("benchmarks.soak_clients", urls, size)

    def live(self, seconds: float) -> dict[str, Any]:
        """Let them come and go for so long; return `counts` of what happened, and `faults`."""
        answer: dict[str, Any] = self.ask(seconds)
        return answer


class Life:
    """All rooms, and all who visit them for so many seconds."""

    def __init__(self, urls: list[str], size: int, seconds: float) -> None:
        self._urls = urls
        self._seconds = seconds
        self._stay = min(STAY_SECONDS, seconds / 5)
        self._rooms = [SoakRoom(f"room-{number}") for number in range(max(2, size // ROOM_SIZE))]
        self._visitors = size - len(self._rooms) * len(urls)
        self._is_over = asyncio.Event()
        self._endings: Counter[str] = Counter()
        self._faults: list[str] = []

    async def run(self) -> dict[str, Any]:
        """Live, and return what it came to."""
        for room in self._rooms:
            await room.open(self._urls)
        asyncio.get_running_loop().call_later(self._seconds, self._is_over.set)
        await asyncio.gather(*[self._come_and_go(number) for number in range(self._visitors)])
        for room in self._rooms:
            await room.close()
        faults = self._faults + [fault for room in self._rooms for fault in room.faults()]
        return {
            "counts": self._endings + sum((room.counts() for room in self._rooms), Counter()),
            "faults": faults,
        }

    async def _come_and_go(self, number: int) -> None:
        visits = 0
        # Not all at once.
        await self._pause(0.0, self._stay / 4)
        while not self._is_over.is_set():
            visits += 1
            try:
                await self._visit(random.choice(self._rooms), f"guest-{number}-{visits}")
            except (OSError, TimeoutError) as error:
                self._faults.append(f"guest-{number}-{visits}: {error or 'waited in vain'}")

    async def _visit(self, room: SoakRoom, name: str) -> None:
        guest = room.guest(name)
        await guest.join(random.choice(self._urls))
        for _ in range(random.randint(1, 3)):
            await self._pause(0.0, self._stay)
            await guest.say()
            if random.random() < 0.1:
                await guest.doze(self._stay / 10)
        await self._end(guest)

    async def _end(self, guest: Guest) -> None:
        [ending] = random.choices(list(ENDINGS), list(ENDINGS.values()))
        self._endings[ending] += 1
        if ending == "left orderly":
            return await guest.leave()

        if ending == "stalled, then vanished":
            guest.stall()
            await self._pause(STALL_SECONDS, STALL_SECONDS)
        await guest.vanish()

    async def _pause(self, at_least: float, at_most: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_over.wait(), random.uniform(at_least, at_most))


async def main() -> None:
    """Live as often as a line asks for it."""
    urls, size = json.loads(sys.argv[1])
    print(json.dumps(size), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        [seconds] = json.loads(line)
        print(json.dumps(await Life(urls, size, seconds).run()), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
