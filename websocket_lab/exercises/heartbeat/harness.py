"""The harness of “Heartbeat”: a calm server first, then a scene in which time passes, once for all steps."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from websocket_lab.client.client_log import LogEntry
from websocket_lab.grading.event import Event, matches
from websocket_lab.grading.hall_harness import TunedHallHarness, left
from websocket_lab.grading.harness import word
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.simulated_client import SimulatedClient
from websocket_lab.grading.stall_watch import undisturbed
from websocket_lab.grading.timing import seconds_between


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
        self, guest: Callable[[str], SimulatedClient], patience: float, shortest: float, longest: float
    ) -> None:
        self.ana, self.ben, self.eve, self.phone = map(guest, ("Ana", "Ben", "Eve", "Phone"))
        self.people = [self.ana, self.ben, self.eve, self.phone]
        self.seconds = 0.0
        self._quiet_after = patience / 2
        self._shortest = shortest
        self._longest = longest
        self._answered: dict[SimulatedClient, int] = {}
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
        """From the phone's coming until Ana is told that it has left."""
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

    def _answer(self, person: SimulatedClient) -> None:
        pings = len(seen(person, {"type": "ping"}))
        for _ in range(pings - self._answered.get(person, 0)):
            self._send(person, {"action": "pong"})
        self._answered[person] = pings

    def _send(self, person: SimulatedClient, message: Event) -> None:
        # Whoever was closed can do nothing more: the steps will say so.
        with suppress(Mismatch):
            person.sends(message)


def is_sign_of_life(entry: LogEntry) -> bool:
    """Return whether the server sees by this that its client is alive."""
    return entry.direction == "sent" or entry.message == "connected"


def seen(person: SimulatedClient, event: Event) -> list[LogEntry]:
    """Return where a person's log has this event, read or not."""
    received = [entry for entry in person.client.log if entry.direction == "received"]
    return [entry for entry in received if matches(_parsed(entry), event)]


def _parsed(entry: LogEntry) -> object:
    with suppress(ValueError):
        return json.loads(entry.message)
    return None


INTERVAL = 0.3
PATIENCE = 1.5
# Nobody is closed for their silence while a step is about something else: longer than the whole check.
CALM = 60.0
# What a busy machine may add to the time that the contract gives.
GRACE = 1.0
LATEST = PATIENCE + INTERVAL + GRACE


class HeartbeatHarness(TunedHallHarness):
    """A server with a heartbeat under check."""

    vocabulary = TunedHallHarness.vocabulary | {"pong"}
    options = {"interval": INTERVAL, "patience": CALM}

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._past_errors: list[str] = []
        self._scene: Scene | None = None

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised on both servers."""
        return self._past_errors + super().errors

    @property
    def scene(self) -> Scene:
        """What happened while time passed; it passes when this is first asked for."""
        if self._scene is None:
            self._scene = undisturbed(self._play)
        self.people = list(self._scene.people)
        return self._scene

    def _play(self) -> Scene:
        self.begin_scene()
        self._past_errors = self.errors
        self.server.stop()
        self.start(interval=INTERVAL, patience=PATIENCE)
        scene = Scene(self.guest, PATIENCE, PATIENCE + 2 * INTERVAL, PATIENCE / 2 + LATEST)
        scene.play()
        return scene
