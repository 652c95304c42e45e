"""Time passes once: Ana talks far too fast, is silent for a moment, talks again; Ben talks steadily."""

import time
from itertools import pairwise

from websocket_lab.checking.bench import word
from websocket_lab.checking.chat_bench import say
from websocket_lab.checking.event import Event, matches, shown
from websocket_lab.checking.person import Person
from websocket_lab.checking.token_bounds import Finding, Try, findings


TICK = 0.02
# Seconds in which enough tokens come back for a haste to be none.
LONG_PAUSE = 0.18
BETWEEN_STEADY_WORDS = 0.2
SILENCE = 0.9
LONGEST = 2.5
TOKENS_BACK = 8
AFTER_SILENCE = 8
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
        steady: Ben's messages, five a second at most.
    """

    def __init__(self, ana: Person, ben: Person, eve: Person, burst: int, rate: float) -> None:
        self.ana, self.ben, self.eve = ana, ben, eve
        self.hasty: list[Try] = []
        self.after_silence: list[Try] = []
        self.steady: list[Try] = []
        self._burst = burst
        self._rate = rate
        self._heard: list[Event] = []

    def play(self) -> None:
        """Let the people talk."""
        deadline = time.monotonic() + LONGEST
        while self._is_wanted and time.monotonic() < deadline:
            self.hasty.append(ask(self.ana))
            self._go_on(self.hasty[-1].sent + TICK)

        self._go_on(time.monotonic() + SILENCE)
        self.after_silence = [ask(self.ana) for _ in range(AFTER_SILENCE)]
        self._listen()

    @property
    def was_disturbed(self) -> bool:
        """Whether Ana's haste had a long pause in it: the machine was busy, or the server is slow."""
        return any(after.answered - before.sent > LONG_PAUSE for before, after in pairwise(self.hasty))

    def end(self) -> None:
        """Let the people leave."""
        for person in (self.ana, self.ben, self.eve):
            person.leaves()

    def first(self, finding: Finding, tries: list[Try]) -> Try | None:
        """Return the first of the tries of which this is to be said, or None."""
        found = findings(tries, self._burst, self._rate)
        return next((one for one, what in zip(tries, found, strict=True) if what is finding), None)

    def heard_from(self, speaker: Person) -> list[str]:
        """Return the texts that Eve has heard of someone, in order."""
        return [str(event.get("text")) for event in self._heard if event.get("from") == speaker.username]

    @property
    def _is_wanted(self) -> bool:
        return sum(one.delivered for one in self.hasty) < self._burst + TOKENS_BACK

    def _go_on(self, until: float) -> None:
        while (rest := until - time.monotonic()) > 0:
            if not self.steady or time.monotonic() - self.steady[-1].sent >= BETWEEN_STEADY_WORDS:
                self.steady.append(ask(self.ben))
            time.sleep(min(rest, TICK))

    def _listen(self) -> None:
        last = {"type": "message", "from": self.eve.username, "text": word()}
        self.eve.sends(say(last["text"]))
        while not matches(came := self.eve.next_event(f"Eve hears {shown(last)}.", UNANSWERED), last):
            self._heard.append(came)


def ask(person: Person) -> Try:
    """Have someone say a word and wait for the answer: the word, or the error rate_limited."""
    text = word()
    sent = time.monotonic()
    person.sends(say(text))
    own = {"type": "message", "from": person.username, "text": text}
    wanted = f"hears {shown(own)}, or {shown(REFUSED)}"
    came = _answer(person, f"{person.name} {wanted}.")
    is_one = matches(came, own) or matches(came, REFUSED)
    person.must(is_one, wanted, f"heard {shown(came)}", UNANSWERED.get(came["type"], ""))
    return Try(text, matches(came, own), sent, time.monotonic())


def _answer(person: Person, wanted: str) -> Event:
    # What others say is no answer.
    while (came := person.next_event(wanted, UNANSWERED)).get("from", person.username) != person.username:
        pass
    return came
