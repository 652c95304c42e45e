"""The broker's subscribers: an endpoint has one, and a second one is not added in silence."""

from collections.abc import Callable

import pytest
from fastapi import APIRouter

from server_snippets.server.brokers.base import Broker
from server_snippets.server.brokers.memory import MemoryBroker
from server_snippets.server.brokers.redis.broker import RedisBroker
from server_snippets.server.endpoints.channels import channels_router
from server_snippets.server.endpoints.chat import chat_router
from server_snippets.server.settings import Settings


@pytest.mark.parametrize("make_broker", [MemoryBroker, lambda: RedisBroker("redis://127.0.0.1:6379/0")])
def test_a_second_router_of_one_endpoint_on_one_broker_is_refused(make_broker: Callable[[], Broker]) -> None:
    def include(add_router: Callable[[Settings, Broker], APIRouter], times: int) -> None:
        broker = make_broker()
        for _ in range(times):
            add_router(Settings(), broker)

    include(channels_router, 1)
    with pytest.raises(ValueError, match="give each a broker of its own"):
        include(chat_router, 2)
