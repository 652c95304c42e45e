"""How many frames one connection may send: a bucket of tokens that refills steadily."""

import time
from collections.abc import Callable

from .traffic import Traffic


# Someone who is refused again within the pause has not stopped; after the patience, the connection ends.
PAUSE_SECONDS = 2.0
PATIENCE_SECONDS = 10.0
# How many refusals in a row get a reply at once; after that, one a second does.
MAX_REPLIES, REPLY_SECONDS = 10, 1.0


class RateLimit:
    """Twice `rate` frames at once, then `rate` a second; a rate of 0 lets everything pass.

    Args:
        rate: Frames a second.
        clock: Tells the seconds; tests give one that they turn themselves.
        traffic: Counts what is refused on all connections.
    """

    __slots__ = (
        "refused",
        "_rate",
        "_clock",
        "_tokens",
        "_capacity",
        "_refilled",
        "_first_refusal",
        "_last_refusal",
        "_replies",
        "_last_reply",
        "_traffic",
    )

    def __init__(
        self,
        rate: float,
        clock: Callable[[], float] = time.monotonic,
        traffic: Traffic | None = None,
    ) -> None:
        self._traffic = traffic
        self._rate = rate
        self._clock = clock
        self._tokens = self._capacity = 2 * rate
        self._refilled = clock()
        self._first_refusal = self._last_refusal = self._last_reply = float("-inf")
        self._replies = 0
        # How many frames were refused, for the log.
        self.refused = 0

    def admits(self) -> bool:
        """Take a token for one frame; False if there is none left."""
        if not self._rate:
            return True

        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._refilled) * self._rate)
        self._refilled = now
        if self._tokens >= 1:
            self._tokens -= 1
            return True

        self._note_refusal(now)
        return False

    @property
    def seconds_to_wait(self) -> float:
        """How long to read nothing after a refusal: until there is a token again."""
        is_empty = self._rate and self._tokens < 1
        return (1 - self._tokens) / self._rate if is_empty else 0.0

    def may_reply(self) -> bool:
        """Return whether to tell the client of a refusal: a flood gets a few replies, not one for each."""
        if self._replies < MAX_REPLIES or self._last_refusal - self._last_reply >= REPLY_SECONDS:
            self._replies += 1
            self._last_reply = self._last_refusal
            return True

        return False

    @property
    def is_exhausted(self) -> bool:
        """Whether the refusals have gone on for ten seconds."""
        return self._last_refusal - self._first_refusal >= PATIENCE_SECONDS

    def _note_refusal(self, now: float) -> None:
        self.refused += 1
        if self._traffic:
            self._traffic.rate_limited += 1
        if now - self._last_refusal > PAUSE_SECONDS:
            self._first_refusal = now
            self._replies = 0
        self._last_refusal = now
