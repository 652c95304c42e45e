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


class TokenBounds:
    """The fewest and the most tokens that are left, whenever exactly the server has looked at each message.

    Args:
        burst: How many tokens a full bucket holds; it is full in the beginning.
        rate: How many tokens come back in a second.
    """

    def __init__(self, burst: int, rate: float) -> None:
        self._burst = burst
        self._rate = rate
        self._least = self._most = float(burst)
        self._before: Try | None = None

    def note(self, this: Try) -> Finding:
        """Return what is to be said of the next try, and go on from there."""
        if self._before:
            self._refill(this.sent - self._before.answered, this.answered - self._before.sent)
        self._before = this
        finding = self._finding(this)
        if this.delivered:
            self._least, self._most = max(0.0, self._least - 1), self._most - 1
        else:
            self._most = min(1.0, self._most)
        return finding

    def _refill(self, shortest: float, longest: float) -> None:
        self._least = min(self._burst, self._least + max(0.0, shortest) * self._rate)
        self._most = min(self._burst, self._most + longest * self._rate)

    def _finding(self, this: Try) -> Finding:
        if this.delivered and self._most < 1 - SLACK:
            return Finding.TOO_GENEROUS
        if not this.delivered and self._least >= 1 + SLACK:
            return Finding.TOO_STRICT
        return Finding.RIGHT


def findings(tries: Iterable[Try], burst: int, rate: float) -> Iterator[Finding]:
    """Yield what is to be said of each try of one connection."""
    bounds = TokenBounds(burst, rate)
    for one in tries:
        yield bounds.note(one)
