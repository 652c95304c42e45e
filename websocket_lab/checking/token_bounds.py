"""Whether a bucket of tokens did right, by what its client has seen from outside."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


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
    """

    def __init__(self, burst: int, rate: float) -> None:
        self._burst = burst
        self._rate = rate
        self._seen: list[_Seen] = []

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
        return min([self._burst, *bounds])


def _finding(this: Try, least: float, most: float) -> Finding:
    if this.delivered and most < 1 - SLACK:
        return Finding.TOO_GENEROUS
    if not this.delivered and least >= 1 + SLACK:
        return Finding.TOO_STRICT
    return Finding.RIGHT


def findings(tries: Iterable[Try], burst: int, rate: float) -> Iterator[Finding]:
    """Yield what is to be said of each try of one connection."""
    bounds = TokenBounds(burst, rate)
    for one in tries:
        yield bounds.note(one)
