"""The parts of step 13: each does what the lesson says of it, without a server around it."""

import asyncio
import json
from unittest.mock import AsyncMock, Mock

import pytest

from server_snippets import step_13_redis_broker
from server_snippets.server.brokers.base import Entry, Unavailable
from server_snippets.step_13_redis_broker import RedisBroker, open_redis, supervise
from server_snippets.step_13_scaling_out import PLACE, ROOM, Chat, MemoryBroker, RecentMessages
from tests.private_redis import private_redis
from websocket_lab.processes.child_process import free_port


async def no_pause(_: float) -> None:
    """Wait no time."""


def test_work_that_fails_is_logged_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(step_13_redis_broker.asyncio, "sleep", no_pause)
    work = Mock(side_effect=[OSError("the first"), asyncio.CancelledError])

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(supervise(work))
    assert work.call_count == 2
    assert "going on" in caplog.text and "the first" in caplog.text


def test_clients_receive_once_what_the_broker_brings_twice() -> None:
    chat = Chat(MemoryBroker())
    chat.manager = Mock()
    text = json.dumps({"type": "message", "id": "one", "from": "Ana", "text": "hi"})
    for _ in range(2):
        asyncio.run(chat.on_event(Entry("published", PLACE, ROOM, message=text)))

    chat.manager.broadcast.assert_called_once_with(text)


def test_what_redis_does_not_accept_in_time_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_13_redis_broker, "PATIENCE", 0.1)

    async def publish() -> None:
        broker = RedisBroker(f"redis://127.0.0.1:{free_port()}")
        try:
            await broker.publish(PLACE, ROOM, "hi")
        finally:
            await broker.redis.aclose()

    with pytest.raises(Unavailable):
        asyncio.run(publish())


def test_redis_forgets_the_oldest_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_13_redis_broker, "KEPT", 200)

    async def publish(url: str) -> int:
        broker = RedisBroker(url)
        for _ in range(500):
            await broker.publish(PLACE, ROOM, "hi")
        kept = await broker.redis.xlen(step_13_redis_broker.STREAM)
        await broker.redis.aclose()
        return int(kept)

    # Redis cuts off whole blocks, which hold a hundred entries each.
    with private_redis() as redis:
        assert 200 <= asyncio.run(publish(redis.url)) <= 300


def test_a_client_that_names_its_last_message_gets_what_came_after() -> None:
    recent = RecentMessages()
    for message_id in "abc":
        recent.add(message_id, message_id.upper())

    assert recent.after("a") == ["B", "C"]
    assert recent.after("c") == []


@pytest.mark.parametrize("message_id", ["", "forgotten"])
def test_a_client_that_names_no_known_message_gets_all_that_is_kept(message_id: str) -> None:
    recent = RecentMessages(kept=2)
    for each in "abc":
        recent.add(each, each)

    assert recent.after(message_id) == ["b", "c"]


def test_a_command_whose_connection_ends_while_it_is_written_is_sent_again() -> None:
    # As uvloop says it.
    write = AsyncMock(side_effect=[RuntimeError("the handler is closed"), "OK"])
    retry = open_redis("redis://127.0.0.1/0").get_retry()

    assert retry and asyncio.run(retry.call_with_retry(write, AsyncMock())) == "OK"
