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
CLIENTS, SENDERS, TEXTS = 100, 4, 10
DEADLINE = 60


async def receive(client: ClientConnection, count: int) -> list[str]:
    """Return the texts that a client receives, until it has so many different ones."""
    received: list[str] = []
    while len(set(received)) < count:
        event = json.loads(await client.recv())
        assert event["type"] != "error", event
        if event["type"] == "message":
            received.append(event["text"])
    return received


async def send(clients: list[ClientConnection], part: range) -> None:
    """Let each sender send some texts."""
    for number in part:
        for sender, client in enumerate(clients[:SENDERS]):
            await client.send(f"{sender}.{number}")


async def send_through_an_outage(workers: Workers, redis: PrivateRedis) -> list[list[str]]:
    """Let all send, half of it while Redis is away; return what each client has received."""
    async with AsyncExitStack() as stack, asyncio.timeout(DEADLINE):
        # One after the other: a hundred handshakes at once say nothing about the broker.
        clients = [
            await stack.enter_async_context(connect(workers[number % 2].url(f"/ws/{number}")))
            for number in range(CLIENTS)
        ]
        listening = [asyncio.create_task(receive(client, SENDERS * TEXTS)) for client in clients]
        await send(clients, range(TEXTS // 2))
        redis.kill()
        await send(clients, range(TEXTS // 2, TEXTS))
        await asyncio.to_thread(redis.start)
        return await asyncio.gather(*listening)


@pytest.fixture(scope="module")
def received() -> list[list[str]]:
    """What each of the hundred has received."""
    with private_redis() as redis, Workers(2) as workers:
        workers.serve("server_snippets.step_13_scaling_out:app", REDIS_URL=redis.url)
        return asyncio.run(send_through_an_outage(workers, redis))


def test_everyone_receives_everything_once(received: list[list[str]]) -> None:
    sent = {f"{sender}.{number}" for sender in range(SENDERS) for number in range(TEXTS)}

    assert all(set(texts) == sent and len(texts) == len(sent) for texts in received)


def test_everyone_receives_the_same_order(received: list[list[str]]) -> None:
    assert all(texts == received[0] for texts in received)


def test_what_one_client_sends_arrives_in_its_order(received: list[list[str]]) -> None:
    for sender in range(SENDERS):
        own = [text for text in received[0] if text.startswith(f"{sender}.")]
        assert own == [f"{sender}.{number}" for number in range(TEXTS)]
