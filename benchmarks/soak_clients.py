"""Clients that join, talk and vanish for minutes, in a process of their own; then they compare notes."""

import asyncio
import json
import random
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

import uvloop

from benchmarks.line_process import LineProcess
from benchmarks.soak_guest import Guest
from benchmarks.soak_room import SoakRoom


ROOM_SIZE = 50
STAY_SECONDS = 40.0
# The server gives a client up that has read nothing for forty seconds.
STALL_SECONDS = 60.0
# How many of ten end their visit how.
ENDINGS = {"left orderly": 5, "vanished by TCP reset": 4, "stalled, then vanished": 1}


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
