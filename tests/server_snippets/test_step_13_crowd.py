"""Step 13 with a hundred people on two processes: all receive what was accepted once, and in one order."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.private_redis import private_redis
from websocket_lab.processes.private_redis import PrivateRedis
from websocket_lab.processes.workers import Workers


# Fewer texts than a send queue holds: who reads slowly on a busy machine must not be closed with 1013.
CLIENTS, SPEAKERS, TEXTS = 100, 4, 10
DEADLINE = 60


async def hear(client: ClientConnection, count: int) -> list[str]:
    """Return the texts that a client hears, until it has heard so many different ones."""
    heard: list[str] = []
    while len(set(heard)) < count:
        event = json.loads(await client.recv())
        assert event["type"] != "error", event
        if event["type"] == "message":
            heard.append(event["text"])
    return heard


async def speak(clients: list[ClientConnection], part: range) -> None:
    """Let each speaker say some texts."""
    for number in part:
        for speaker, client in enumerate(clients[:SPEAKERS]):
            await client.send(f"{speaker}.{number}")


async def talk_through_an_outage(workers: Workers, redis: PrivateRedis) -> list[list[str]]:
    """Let all speak, half of it while Redis is away; return what each client has heard."""
    async with AsyncExitStack() as stack, asyncio.timeout(DEADLINE):
        # One after the other: a hundred handshakes at once say nothing about the broker.
        clients = [
            await stack.enter_async_context(connect(workers[number % 2].url(f"/ws/{number}")))
            for number in range(CLIENTS)
        ]
        listening = [asyncio.create_task(hear(client, SPEAKERS * TEXTS)) for client in clients]
        await speak(clients, range(TEXTS // 2))
        redis.kill()
        await speak(clients, range(TEXTS // 2, TEXTS))
        await asyncio.to_thread(redis.start)
        return await asyncio.gather(*listening)


@pytest.fixture(scope="module")
def heard() -> list[list[str]]:
    """What each of the hundred has heard."""
    with private_redis() as redis, Workers(2) as workers:
        workers.serve("server_snippets.step_13_scaling_out:app", REDIS_URL=redis.url)
        return asyncio.run(talk_through_an_outage(workers, redis))


def test_everyone_hears_everything_once(heard: list[list[str]]) -> None:
    said = {f"{speaker}.{number}" for speaker in range(SPEAKERS) for number in range(TEXTS)}

    assert all(set(texts) == said and len(texts) == len(said) for texts in heard)


def test_everyone_hears_the_same_order(heard: list[list[str]]) -> None:
    assert all(texts == heard[0] for texts in heard)


def test_each_speaker_is_heard_in_the_order_of_speaking(heard: list[list[str]]) -> None:
    for speaker in range(SPEAKERS):
        own = [text for text in heard[0] if text.startswith(f"{speaker}.")]
        assert own == [f"{speaker}.{number}" for number in range(TEXTS)]
