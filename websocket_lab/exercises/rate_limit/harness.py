"""The harness of “Rate limit”: Ana talks too fast, and a token bucket must limit her."""

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, Self

from starlette.applications import Starlette

from websocket_lab.grading.chat_harness import say
from websocket_lab.grading.event import Event, matches, shown
from websocket_lab.grading.hall_harness import HallHarness
from websocket_lab.grading.harness import CheckedServer, app_from, word
from websocket_lab.grading.mismatch import TooSlow
from websocket_lab.grading.simulated_client import SimulatedClient
from websocket_lab.grading.timing import longest_wait, processor_waits, seconds_between


# One token, for a bucket that is refilled at the ticks of a clock, and a little for the clocks.
SLACK = 1.1


class Finding(StrEnum):
    """What is to be said of one try."""

    RIGHT = "right"
    TOO_STRICT = "refused although a token must have been left"
    TOO_GENEROUS = "delivered although no token can have been left"


@dataclass(frozen=True)
class Try:
    """One message: whether it was delivered, and when it was sent and answered, in seconds."""

    text: str
    delivered: bool
    sent: float
    answered: float


@dataclass(frozen=True)
class _Seen:
    """A try that is over: the fewest and the most tokens after it, and how many were taken so far."""

    sent: float
    answered: float
    least: float
    most: float
    taken: int


class TokenBounds:
    """The fewest and the most tokens that are left, whenever exactly the server has looked at each message.

    Args:
        burst: How many tokens a full bucket holds; it is full in the beginning.
        rate: How many tokens come back in a second.
        full_since: When the bucket was full, if it may hold more than that by now; None if it never does.
    """

    def __init__(self, burst: int, rate: float, full_since: float | None = None) -> None:
        self._burst = burst
        self._rate = rate
        self._seen: list[_Seen] = []
        self._fullest = float(burst)
        if full_since is not None:
            self._seen.append(_Seen(full_since, full_since, burst, burst, taken=0))
            self._fullest = math.inf

    def note(self, this: Try) -> Finding:
        """Return what is to be said of the next try, and go on from there."""
        least, most, taken = self._least(this), self._most(this), self._taken + this.delivered
        if this.delivered:
            after = _Seen(this.sent, this.answered, max(0.0, least - 1), most - 1, taken)
        else:
            after = _Seen(this.sent, this.answered, least, min(1.0, most), taken)
        self._seen.append(after)
        return _finding(this, least, most)

    @property
    def _taken(self) -> int:
        return self._seen[-1].taken if self._seen else 0

    # Each earlier try gives a bound; the sharpest counts. From one try to the next alone, the time that
    # the messages themselves take would add up.
    def _least(self, this: Try) -> float:
        bounds = (
            min(self._burst, seen.least + max(0.0, this.sent - seen.answered) * self._rate)
            - (self._taken - seen.taken)
            for seen in self._seen
        )
        return max(bounds, default=float(self._burst))

    def _most(self, this: Try) -> float:
        bounds = (
            seen.most + (this.answered - seen.sent) * self._rate - (self._taken - seen.taken)
            for seen in self._seen
        )
        return min([self._fullest, *bounds])


def _finding(this: Try, least: float, most: float) -> Finding:
    if this.delivered and most < 1 - SLACK:
        return Finding.TOO_GENEROUS
    if not this.delivered and least >= 1 + SLACK:
        return Finding.TOO_STRICT
    return Finding.RIGHT


def findings(
    tries: Iterable[Try], burst: int, rate: float, full_since: float | None = None
) -> Iterator[Finding]:
    """Yield what is to be said of each try of one connection."""
    bounds = TokenBounds(burst, rate, full_since)
    for one in tries:
        yield bounds.note(one)


TICK = 0.02
# Seconds in which enough tokens come back for a haste to be none.
LONG_PAUSE = 0.18
BETWEEN_STEADY_WORDS = 0.2
SILENCE = 0.9
LONGEST = 2.5
TOKENS_BACK = 8
AFTER_SILENCE = 10
REFUSED = {"type": "error", "code": "rate_limited"}
UNANSWERED = {
    "nothing": "Each message is delivered, to its speaker, too, or it gets the error rate_limited.",
    "closed": "The connection of someone who talks too fast stays open.",
    "error": "The code for a message too many is rate_limited.",
}


class RateScene:
    """Three people in one hall: Ana talks too fast, Ben talks steadily, Eve listens.

    Attributes:
        hasty: Ana's messages up to her silence, each sent when the one before was answered.
        after_silence: Ana's messages after her silence.
        began: A moment before Ana came, of time.monotonic().
        steady: Ben's messages, five a second at most.
        waited: For how many seconds the machine gave this process no processor while Ana was hasty.
        waited_after_silence: The same, for her messages after her silence.
    """

    def __init__(
        self, ana: SimulatedClient, ben: SimulatedClient, eve: SimulatedClient, burst: int, rate: float
    ) -> None:
        self.ana, self.ben, self.eve = ana, ben, eve
        self.began = time.monotonic() - seconds_between(ana.began, datetime.now())
        self.hasty: list[Try] = []
        self.after_silence: list[Try] = []
        self.steady: list[Try] = []
        self._burst = burst
        self._rate = rate
        self._heard: list[Event] = []
        self.waited = self.waited_after_silence = 0.0

    def play(self) -> None:
        """Let the people talk."""
        deadline, waits = time.monotonic() + LONGEST, processor_waits()
        while self._is_wanted and time.monotonic() < deadline:
            self.hasty.append(ask(self.ana))
            self._go_on(self.hasty[-1].sent + TICK)
        self.waited = longest_wait(waits, processor_waits())

        self._go_on(time.monotonic() + SILENCE)
        waits = processor_waits()
        # At once: if each waited for its answer, new tokens would come back meanwhile on a busy machine.
        self.after_silence = ask_at_once(self.ana, AFTER_SILENCE)
        self.waited_after_silence = longest_wait(waits, processor_waits())
        self._listen()

    @property
    def was_disturbed(self) -> bool:
        """Whether Ana could make no haste, so that a wrong bucket may have looked like a right one."""
        return are_all_delivered(self.hasty) or are_all_delivered(self.after_silence) or self._has_long_pause

    @property
    def was_held_up(self) -> bool:
        """Whether it was the machine that kept Ana from making haste: what she saw proves nothing."""
        if self.first(Finding.TOO_GENEROUS, self.hasty + self.after_silence):
            return False
        if are_all_delivered(self.after_silence) and not self._would_last(
            self.after_silence, self.waited_after_silence
        ):
            return True
        if are_all_delivered(self.hasty):
            return not self._would_last(self.hasty, self.waited)
        return self._has_long_pause and self.waited > LONG_PAUSE

    def end(self) -> None:
        """Let the people leave."""
        for person in (self.ana, self.ben, self.eve):
            person.leaves()

    def first(self, finding: Finding, tries: list[Try], full_since: float | None = None) -> Try | None:
        """Return the first try of which this is to be said, or None; `full_since` as in TokenBounds."""
        found = findings(tries, self._burst, self._rate, full_since)
        return next((one for one, what in zip(tries, found, strict=True) if what is finding), None)

    def heard_from(self, speaker: SimulatedClient) -> list[str]:
        """Return the texts that Eve has received from someone, in order."""
        return [str(event.get("text")) for event in self._heard if event.get("from") == speaker.username]

    @property
    def _is_wanted(self) -> bool:
        return sum(one.delivered for one in self.hasty) < self._burst + TOKENS_BACK

    @property
    def _has_long_pause(self) -> bool:
        return any(after.answered - before.sent > LONG_PAUSE for before, after in pairwise(self.hasty))

    def _would_last(self, tries: list[Try], waited: float) -> bool:
        """Return whether a full bucket has a token for each try on an idle machine, too."""
        seconds = tries[-1].answered - tries[0].sent - waited
        return len(tries) <= self._burst + seconds * self._rate + SLACK

    def _go_on(self, until: float) -> None:
        while (rest := until - time.monotonic()) > 0:
            if not self.steady or time.monotonic() - self.steady[-1].sent >= BETWEEN_STEADY_WORDS:
                self.steady.append(ask(self.ben))
            time.sleep(min(rest, TICK))

    def _listen(self) -> None:
        last = {"type": "message", "from": self.eve.username, "text": word()}
        self.eve.sends(say(last["text"]))
        while not matches(came := self.eve.next_event(f"Eve receives {shown(last)}.", UNANSWERED), last):
            self._heard.append(came)


def are_all_delivered(tries: Iterable[Try]) -> bool:
    """Return whether no try was refused."""
    return all(one.delivered for one in tries)


def ask(person: SimulatedClient) -> Try:
    """Have someone say a word and wait for the answer: the word, or the error rate_limited."""
    return ask_at_once(person, 1)[0]


def ask_at_once(person: SimulatedClient, count: int) -> list[Try]:
    """Have someone say several words, and then wait for all answers."""
    sent: dict[str, float] = {}
    for _ in range(count):
        text = word()
        sent[text] = time.monotonic()
        person.sends(say(text))
    # A server may refuse one before it has delivered those that came first.
    missing = {text: {"type": "message", "from": person.username, "text": text} for text in sent}
    for _ in sent:
        wanted = f"receives {shown(next(iter(missing.values())))}, or {shown(REFUSED)}"
        came = _answer(person, f"{person.name} {wanted}.")
        own = [text for text, event in missing.items() if matches(came, event)]
        is_one = bool(own) or matches(came, REFUSED)
        person.must(is_one, wanted, f"received {shown(came)}", UNANSWERED.get(came["type"], ""))
        for text in own:
            del missing[text]
    answered = time.monotonic()
    return [Try(text, text not in missing, moment, answered) for text, moment in sent.items()]


def _answer(person: SimulatedClient, wanted: str) -> Event:
    # What others say is no answer.
    while (came := person.next_event(wanted, UNANSWERED)).get("from", person.username) != person.username:
        pass
    return came


# No token comes back while a step is about the burst, nor in the whole check.
BURST = 4
HARDLY = 0.01
# A token comes back every tenth of a second.
FAST_BURST = 5
FAST_RATE = 10.0
# How often a scene is played again that a busy machine has disturbed.
REPEATS = 2


class RateHarness(HallHarness):
    """A hall with a rate limit under check."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._past_errors: list[str] = []

    def __enter__(self) -> Self:
        """Start the learner's server with buckets that hardly refill."""
        self._start(BURST, HARDLY)
        return self

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised on both servers."""
        return self._past_errors + super().errors

    def watch(self, *people: SimulatedClient) -> None:
        """Show these people in the picture, whoever else there is."""
        self.people = list(people)

    @cached_property
    def crowd(self) -> list[SimulatedClient]:
        """Ana and Ben, on the server whose buckets hardly refill."""
        return self.join("Ana", "Ben")

    @cached_property
    def scene(self) -> RateScene:
        """What happens while tokens come back; the time passes when this is first asked for."""
        self.begin_scene()
        self._past_errors = self.errors
        self.server.stop()
        self._start(FAST_BURST, FAST_RATE)
        scene = self._play()
        for _ in range(REPEATS):
            if scene.was_disturbed:
                scene.end()
                scene = self._play()
        if scene.was_held_up:
            raise TooSlow
        return scene

    def _play(self) -> RateScene:
        # Ana last: the longer she is there before she talks, the more has overflowed in a bucket that does.
        ben, eve, ana = self.join("Ben", "Eve", "Ana")
        scene = RateScene(ana, ben, eve, FAST_BURST, FAST_RATE)
        scene.play()
        return scene

    def _start(self, burst: int, rate: float) -> None:
        self.server = CheckedServer(app_from(with_limit(self.subject, burst, rate))).start()


def with_limit(subject: Any, burst: int, rate: float) -> Any:
    """Return a function that makes the learner's server with this limit; other things as they are."""
    if isinstance(subject, Starlette) or not callable(subject):
        return subject
    return partial(subject, burst=burst, rate=rate)
