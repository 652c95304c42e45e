"""One connection to Redis that is kept, for what is asked again and again."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


TIMEOUT_SECONDS = 3.0
NO_ADDRESS = "REDIS_URL is not the address of a Redis server, such as redis://127.0.0.1:6379/0."
NO_DATABASE = "REDIS_URL names a database that is not a number; it looks like redis://127.0.0.1:6379/0."

Call = tuple[str | int, ...]


def connection_to(url: str) -> Any:
    """Return redis-py's connection, not open yet; it never tries again by itself: that is the link's work."""
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
