"""The broker's connection to Redis: how it ends, and how long it waits for an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server_snippets.server.brokers.redis.connection import RedisConnection, broken_is_lost
from tests.redis_server import RedisServer


SECONDS = 60
PATIENCE_BEATS = 3


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[RedisConnection]:
    """Open a connection; whatever is asked on it has an end."""
    connection = RedisConnection(url)
    try:
        async with asyncio.timeout(SECONDS):
            await connection.open()
            yield connection
    finally:
        await connection.close()


async def wait_in_vain(connection: RedisConnection, beats: int) -> "asyncio.Task[list[str]]":
    """Ask for what nobody has said yet, and let some seconds pass."""
    asking = asyncio.create_task(connection.ask("BLPOP", "published", 0))
    # Now it has asked.
    await asyncio.sleep(0)
    for _ in range(beats):
        connection.beat()
    return asking


def test_uvloop_s_error_for_a_connection_that_ends_while_it_is_used_means_that_it_is_lost() -> None:
    with pytest.raises(ConnectionError, match="the handler is closed"), broken_is_lost():
        raise RuntimeError("the handler is closed")


def test_a_redis_that_owes_an_answer_for_too_many_beats_is_lost(redis_server: RedisServer) -> None:
    async def story() -> None:
        async with connected(redis_server.url) as connection:
            await (await wait_in_vain(connection, PATIENCE_BEATS + 1))

    with pytest.raises(TimeoutError):
        asyncio.run(story())


def test_an_answer_that_has_come_while_a_process_was_frozen_is_found(redis_server: RedisServer) -> None:
    async def story() -> list[str]:
        async with connected(redis_server.url) as connection, connected(redis_server.url) as other:
            asking = await wait_in_vain(connection, PATIENCE_BEATS)
            await other.ask("LPUSH", "published", "hi")
            return await asking

    assert asyncio.run(story()) == ["published", "hi"]


def test_a_redis_that_is_asked_nothing_owes_nothing(redis_server: RedisServer) -> None:
    async def story() -> str:
        async with connected(redis_server.url) as connection:
            for _ in range(PATIENCE_BEATS + 1):
                connection.beat()
            answer: str = await connection.ask("PING")
            return answer

    assert asyncio.run(story()) == "PONG"
