"""Time passes once: one answers pings, one falls silent, one speaks, and one is frozen from the start."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from websocket_lab.checking.bench import word
from websocket_lab.checking.event import Event, matches
from websocket_lab.checking.mismatch import Mismatch
from websocket_lab.checking.person import Person
from websocket_lab.checking.timing import seconds_between
from websocket_lab.checking.tuned_hall_bench import left
from websocket_lab.client.client_log import LogEntry


TICK = 0.03
BETWEEN_WORDS = 0.5
SETTLING = 0.2


class Bounds:
    """How many seconds something lasted for the server: it began between two moments that its client knows.

    Args:
        sure: When the client knew that it had begun.
        earliest: The moment before the client did what began it.
        end: When the client saw its end.
    """

    def __init__(self, sure: datetime, earliest: datetime, end: datetime) -> None:
        self.least = seconds_between(sure, end)
        self.most = seconds_between(earliest, end)


class Scene:
    """Four people in one room: Ana answers, Ben falls silent, Eve speaks, a phone is frozen.

    Args:
        guest: Returns a person who is not connected yet.
        patience: Seconds of silence after which someone must be closed.
        shortest: Seconds that pass in any case.
        longest: Seconds after which the scene ends, whoever is still there.
    """

    def __init__(
        self, guest: Callable[[str], Person], patience: float, shortest: float, longest: float
    ) -> None:
        self.ana, self.ben, self.eve, self.phone = map(guest, ("Ana", "Ben", "Eve", "Phone"))
        self.people = [self.ana, self.ben, self.eve, self.phone]
        self.seconds = 0.0
        self._quiet_after = patience / 2
        self._shortest = shortest
        self._longest = longest
        self._answered: dict[Person, int] = {}
        self._words = 0

    def play(self) -> None:
        """Let everyone in, and let the time pass."""
        for person in self.people:
            person.connects({"refused": "The address is /ws/{username}."})
        self.phone.client.pause_reading()
        begin = time.monotonic()
        while self.seconds < self._longest and not self._is_over:
            self._act()
            time.sleep(TICK)
            self.seconds = time.monotonic() - begin
        # What is said twice is said at once, but not in one piece.
        time.sleep(SETTLING)

    @property
    def pings(self) -> int:
        """How many pings Ana has received."""
        return len(seen(self.ana, {"type": "ping"}))

    @property
    def seconds_of_ana(self) -> Bounds:
        """How long Ana was connected."""
        log = self.ana.client.log
        return Bounds(log[0].time, self.ana.began, log[-1].time)

    @property
    def silence_of_ben(self) -> Bounds:
        """From Ben's last sign of life, or his coming, to the end of his connection."""
        signs = [entry for entry in self.ben.client.log if is_sign_of_life(entry)]
        before = self.ben.sent[-1][0] if self.ben.sent else self.ben.began
        return Bounds(signs[-1].time, before, self.ben.client.log[-1].time)

    @property
    def silence_of_phone(self) -> Bounds:
        """From the phone's coming until Ana hears that it has left."""
        heard = seen(self.ana, left(self.phone))[0]
        return Bounds(self.phone.client.log[0].time, self.phone.began, heard.time)

    @property
    def _is_over(self) -> bool:
        heard = [seen(who, left(gone)) for who in (self.ana, self.eve) for gone in (self.ben, self.phone)]
        return self.seconds > self._shortest and all(heard)

    def _act(self) -> None:
        self._answer(self.ana)
        if self.seconds < self._quiet_after:
            self._answer(self.ben)
        if self.seconds >= self._words * BETWEEN_WORDS:
            self._words += 1
            self._send(self.eve, {"action": "message", "text": word()})

    def _answer(self, person: Person) -> None:
        pings = len(seen(person, {"type": "ping"}))
        for _ in range(pings - self._answered.get(person, 0)):
            self._send(person, {"action": "pong"})
        self._answered[person] = pings

    def _send(self, person: Person, message: Event) -> None:
        # Whoever was closed can do nothing more: the steps will say so.
        with suppress(Mismatch):
            person.sends(message)


def is_sign_of_life(entry: LogEntry) -> bool:
    """Return whether the server sees by this that its client is alive."""
    return entry.direction == "sent" or entry.message == "connected"


def seen(person: Person, event: Event) -> list[LogEntry]:
    """Return where a person's log has this event, read or not."""
    received = [entry for entry in person.client.log if entry.direction == "received"]
    return [entry for entry in received if matches(_parsed(entry), event)]


def _parsed(entry: LogEntry) -> object:
    with suppress(ValueError):
        return json.loads(entry.message)
    return None
