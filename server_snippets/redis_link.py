"""Whether the broker is there, which the log says once when it is lost and once when it is back."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError, ResponseError


# redis-py has errors of its own, but a connection that breaks while it opens may raise others.
LOST = (RedisError, OSError, TimeoutError)
# How long an action waits for a broker that is away, before it is refused.
PATIENCE_SECONDS = 2.0
MOST_SECONDS_BETWEEN_ATTEMPTS = 2.0

LOST_WORDS = "The broker %s is lost (%s); trying again until it is back."
# An outage may have one cause after the other, such as a restart, and then a password that was changed.
STILL_LOST = "The broker %s is still lost (%s)."
NEVER_THERE = (
    "The broker %s cannot be reached (%s): start Redis there, or correct the address, password"
    " and database in REDIS_URL. Trying again until it is there."
)

logger = logging.getLogger("uvicorn.error")


def code_of(error: Exception) -> str:
    """Return the first word of an error that Redis answered, such as `READONLY`; "" if it did not answer."""
    code: str | None = getattr(error, "status_code", None)
    if code or not isinstance(error, ResponseError):
        return code or ""
    return str(error).partition(" ")[0]


def reason(error: Exception) -> str:
    """Return what Redis, the system or redis-py says of an error, as one line."""
    lines = str(error).splitlines() or [type(error).__name__]
    # Redis names the script and the line in it, too, which tells an operator nothing.
    words = lines[0].partition(" script: ")[0]
    code = getattr(error, "status_code", None)
    return f"{code} {words}" if code else words


class Link:
    """The connections of one process to its broker.

    Args:
        address: What the log calls the broker.
        hide: Takes the secrets out of what the log says.
        names: What the connections are called here.
        refuse: Is called when the broker has been away for longer than an action waits.
        probe: Is called when one connection is lost: one that nobody uses has not noticed yet.
    """

    def __init__(
        self,
        address: str,
        hide: Callable[[str], str],
        names: set[str],
        refuse: Callable[[], None],
        probe: Callable[[], None],
    ) -> None:
        self._address = address
        self._hide = hide
        self._names = names
        self._refuse = refuse
        self._probe = probe
        self._broken = set(names)
        self._away_since: float | None = time.monotonic()
        self._patience: asyncio.TimerHandle | None = None
        self._has_come_up = asyncio.Event()
        # What the log has said of this outage: each cause is said once.
        self._said: set[str] = set()

    @property
    def is_up(self) -> bool:
        """Whether all connections are there."""
        return not self._broken

    @property
    def is_away(self) -> bool:
        """Whether the broker has been away for longer than an action waits."""
        return self._away_since is not None and time.monotonic() - self._away_since >= PATIENCE_SECONDS

    def start(self) -> None:
        """Count as away from now on, until all connections are there."""
        self._broken = set(self._names)
        self._await_all()

    async def wait_until_up(self, seconds: float) -> None:
        """Wait until all connections are there for the first time, but not longer than so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_come_up.wait(), seconds)

    def stop(self) -> None:
        """Refuse nothing any more."""
        if self._patience:
            self._patience.cancel()

    async def keep_up(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` again and again, whenever its connection is lost, however long that takes."""
        backoff = ExponentialWithJitterBackoff(cap=MOST_SECONDS_BETWEEN_ATTEMPTS, base=0.05)
        failures = 0
        while True:
            try:
                await work()
            except LOST as error:
                failures = failures + 1 if name in self._broken else 1
                self.down(name, error)
            except Exception:
                failures += 1
                logger.exception("The broker's %s failed; it is started again.", name)
            await asyncio.sleep(backoff.compute(min(failures, 10)))

    def up(self, name: str) -> None:
        """Note that a connection is there; it may be said again with each answer that it brings."""
        self._broken.discard(name)
        if self._broken:
            return

        if self._said:
            self._said.clear()
            how = "back" if self._has_come_up.is_set() else "there"
            logger.warning("The broker %s is %s.", self._address, how)
        self._away_since = None
        self._has_come_up.set()
        self.stop()

    def down(self, name: str, error: Exception) -> None:
        """Note that a connection is lost: each other one counts as lost, too, until it brings an answer."""
        if not self._broken:
            self._broken = set(self._names)
            self._await_all()
            self._probe()
        self._broken.add(name)
        # A connection that breaks may break in many ways, and they all mean the same.
        cause = code_of(error)
        if cause not in self._said and (cause or not self._said):
            words = STILL_LOST if self._said else LOST_WORDS if self._has_come_up.is_set() else NEVER_THERE
            logger.warning(words, self._address, self._hide(reason(error)))
            self._said.add(cause)

    def _await_all(self) -> None:
        self._away_since = time.monotonic()
        self._patience = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._refuse)
