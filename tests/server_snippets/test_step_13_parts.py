"""The parts of step 13: each does what the lesson says of it, without a server around it."""

import asyncio
import json
from unittest.mock import AsyncMock, Mock

import pytest

from server_snippets import step_13_redis_broker
from server_snippets.step_13_redis_broker import RedisBroker, open_redis, supervise
from server_snippets.step_13_scaling_out import Chat, MemoryBroker, MessageLog
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


def test_a_text_that_the_broker_brings_twice_is_heard_once() -> None:
    chat = Chat(MemoryBroker())
    chat.manager = Mock()
    text = json.dumps({"type": "message", "id": "one", "from": "Ana", "text": "hi"})
    for _ in range(2):
        asyncio.run(chat.deliver("chat", text))

    chat.manager.broadcast.assert_called_once_with(text)


def test_a_text_that_redis_does_not_accept_in_time_is_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_13_redis_broker, "PATIENCE", 0.1)

    async def publish() -> bool:
        broker = RedisBroker(f"redis://127.0.0.1:{free_port()}")
        try:
            return await broker.publish("chat", "hi")
        finally:
            await broker.close()

    assert asyncio.run(publish()) is False


def test_redis_forgets_the_oldest_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_13_redis_broker, "KEPT", 200)

    async def publish(url: str) -> int:
        broker = RedisBroker(url)
        for _ in range(500):
            await broker.publish("chat", "hi")
        kept = await broker.redis.xlen("chat")
        await broker.close()
        return int(kept)

    # Redis cuts off whole blocks, which hold a hundred entries each.
    with private_redis() as redis:
        assert 200 <= asyncio.run(publish(redis.url)) <= 300


def test_who_names_the_last_message_gets_what_came_behind() -> None:
    log = MessageLog()
    for number in "abc":
        log.add(number, number.upper())

    assert log.after("a") == ["B", "C"]
    assert log.after("c") == []


@pytest.mark.parametrize("number", ["", "forgotten"])
def test_who_names_no_known_message_gets_all_that_is_kept(number: str) -> None:
    log = MessageLog(kept=2)
    for each in "abc":
        log.add(each, each)

    assert log.after(number) == ["b", "c"]


def test_a_command_whose_connection_ends_while_it_is_written_is_sent_again() -> None:
    # As uvloop says it.
    write = AsyncMock(side_effect=[RuntimeError("the handler is closed"), "OK"])
    retry = open_redis("redis://127.0.0.1/0").get_retry()

    assert retry and asyncio.run(retry.call_with_retry(write, AsyncMock())) == "OK"
