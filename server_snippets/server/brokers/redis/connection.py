"""Connections to Redis that stay open, and whether they work.

The log says once when Redis is lost, and once when it is back.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisError, ResponseError


TIMEOUT_SECONDS = 3.0
NO_ADDRESS = "REDIS_URL is not the address of a Redis server, such as redis://127.0.0.1:6379/0."
NO_DATABASE = "REDIS_URL names a database that is not a number; it looks like redis://127.0.0.1:6379/0."

Call = tuple[str | int, ...]
# redis-py has errors of its own, but a connection that breaks while it opens may raise others.
LOST = (RedisError, OSError, TimeoutError)
# How long an action waits for a broker that is away, before it is rejected.
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


def connection_to(url: str) -> Any:
    """Return redis-py's connection, not open yet; it never tries again: that is the health's work."""
    try:
        pool: Any = ConnectionPool.from_url(
            url,
            decode_responses=True,
            # The older protocol can say all that we need, and redis-py reads it faster.
            protocol=2,
            # Our own limit is cheaper: redis-py would start a timer for each answer.
            socket_timeout=None,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:
        # The complaint may quote the password.
        raise ValueError(NO_ADDRESS) from None
    if not names_database(url):
        raise ValueError(NO_DATABASE)
    return pool.make_connection()


def names_database(url: str) -> bool:
    """Return whether the database is a number or left out; redis-py would take number 0 for any other."""
    scheme, _, path, *_ = urlsplit(url)
    name = unquote(path).replace("/", "")
    return scheme == "unix" or not name or name.isdecimal()


@contextmanager
def broken_is_lost() -> Iterator[None]:
    """Raise ConnectionError where uvloop raises RuntimeError, for a connection that ends while it is used."""
    try:
        yield
    except RuntimeError as error:
        raise ConnectionError(str(error)) from error


class RedisConnection:
    """Asks Redis, always on the same connection.

    redis-py's client takes a connection out of its pool for each command, looks whether it is alive, and
    puts it back, which costs more than the command.
    """

    def __init__(self, url: str) -> None:
        self._connection = connection_to(url)
        # While Redis owes an answer: how that may be ended, and how many beats it has taken so far.
        self._limit: asyncio.Timeout | None = None
        self._beats = 0

    @property
    def address(self) -> str:
        """What the log may call this Redis: without its password."""
        place = dict(self._connection.repr_pieces())
        return place.get("path") or f"{place['host']}:{place['port']}"

    def hide_secrets(self, text: str) -> str:
        """Return a text without the password and the username: Redis may quote a command it does not know."""
        options = self._connection
        for secret in filter(None, (options.password, options.username)):
            text = text.replace(secret, "…")
        return text

    async def open(self) -> None:
        """Start over, whatever happened to the previous connection."""
        await self.close()
        with broken_is_lost():
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._connection.connect()

    async def close(self) -> None:
        """Close the connection; the next command would open it again."""
        await self._connection.disconnect(nowait=True)

    async def ask(self, *call: str | int) -> Any:
        """Return Redis' answer to a command."""
        [answer] = await self.ask_all([call])
        return answer

    async def ask_all(self, calls: Collection[Call]) -> list[Any]:
        """Send all commands in one go, and return the answers; after an error, reopen the connection."""
        connection = self._connection
        self._beats = 0
        try:
            with broken_is_lost():
                async with asyncio.timeout(None) as self._limit:
                    await connection.send_packed_command(connection.pack_commands(calls))
                    return [await connection.read_response() for _ in calls]
        finally:
            self._limit = None

    def beat(self) -> None:
        """Note that a second has passed; after more than three without an answer, `ask` raises TimeoutError.

        This is cheaper than a timer for each answer. And a process that was frozen, for which all timers have
        run out, finds the answer that has come meanwhile.
        """
        self._beats += 1
        if self._limit and self._beats > TIMEOUT_SECONDS:
            self._limit.reschedule(0)


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


class ConnectionHealth:
    """The connections of one process to its broker.

    Args:
        address: What the log calls the broker.
        hide: Takes the secrets out of what the log says.
        names: What the connections are called here.
        reject: Is called when the broker has been away for longer than an action waits.
        probe: Is called when one connection is lost: one that nobody uses has not noticed yet.
    """

    def __init__(
        self,
        address: str,
        hide: Callable[[str], str],
        names: set[str],
        reject: Callable[[], None],
        probe: Callable[[], None],
    ) -> None:
        self._address = address
        self._hide = hide
        self._names = names
        self._reject = reject
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
        self._patience = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._reject)
