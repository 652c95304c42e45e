"""The broker: an endpoint has one subscriber, and a name is free as soon as its holder has left."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

import pytest
from fastapi import APIRouter

from server_snippets.main import make_app
from server_snippets.server.brokers.base import Broker
from server_snippets.server.brokers.memory import MemoryBroker
from server_snippets.server.brokers.redis.broker import RedisBroker
from server_snippets.server.brokers.redis.connection import Call, RedisConnection
from server_snippets.server.endpoints.channels import channels_router
from server_snippets.server.endpoints.chat import chat_router
from server_snippets.server.settings import Settings
from tests.redis_server import RedisServer
from websocket_lab import BackgroundServer, LiveClient


@pytest.mark.parametrize("make_broker", [MemoryBroker, lambda: RedisBroker("redis://127.0.0.1:6379/0")])
def test_a_second_router_of_one_endpoint_on_one_broker_is_refused(make_broker: Callable[[], Broker]) -> None:
    def include(add_router: Callable[[Settings, Broker], APIRouter], times: int) -> None:
        broker = make_broker()
        for _ in range(times):
            add_router(Settings(), broker)

    include(channels_router, 1)
    with pytest.raises(ValueError, match="give each a broker of its own"):
        include(chat_router, 2)


def test_a_name_is_free_again_also_if_the_answer_to_a_write_comes_after_the_entry_in_the_log(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_all = RedisConnection.ask_all

    async def late(self: RedisConnection, calls: Collection[Call]) -> list[Any]:
        answers = await ask_all(self, calls)
        if any("EVALSHA" in call for call in calls):
            # In this time the reader has brought what was written to all clients.
            await asyncio.sleep(0.2)
        return answers

    monkeypatch.setattr(RedisConnection, "ask_all", late)
    with BackgroundServer(make_app(Settings(redis_url=redis_server.url))) as server:
        for _ in range(3):
            with LiveClient(server.url("/ws/chat/lobby/ana")) as ana:
                ana.wait_for(lambda text: '"users"' in text)
                ana.send_json({"action": "message", "text": "hi"})
                ana.wait_for(lambda text: '"hi"' in text)
