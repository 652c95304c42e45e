"""One room of the soak: who is steadily there, who visits, and whether their notes agree."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

from benchmarks.soak_guest import DEADLINE, Guest


THE_END = "the end"


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
