"""A Redis that answers with errors: the log names each cause once, and nobody is thought to have left."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.redis_server import PASSWORD, RedisServer
from tests.server_snippets.cluster import Worker
from websocket_lab import LiveClient


SECONDS = 60
# A process that was silent for longer is expired by the others.
LONGER_THAN_SILENCE = 9.0


@pytest.fixture
def admin(redis: RedisServer) -> Iterator["Redis"]:
    """Open a connection that may change Redis' settings."""
    with Redis.from_url(redis.url) as admin:
        yield admin


@pytest.fixture
def people(redis: RedisServer, log: Path) -> Iterator[list[LiveClient]]:
    """Let two into one room, each on a process of its own; both have heard of it."""
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(redis.url, log)) for _ in range(2)]
        clients = [
            stack.enter_context(LiveClient(worker.url(f"/ws/chat/lobby/{name}"), name, deadline=SECONDS))
            for worker, name in zip(workers, ("ana", "ben"), strict=True)
        ]
        for client in clients:
            client.wait_for(lambda text: '"users":["ana","ben"]' in text)
        yield clients


def say(client: LiveClient, text: str) -> dict[str, Any]:
    """Say something, and return what comes next."""
    client.send_json({"action": "message", "text": text})
    event: dict[str, Any] = client.receive_json()
    return event


def until_accepted(client: LiveClient, text: str) -> None:
    """Say something again and again until it is accepted."""
    while say(client, text)["type"] == "error":
        pass


def until_logged(log: Path, words: str, times: int) -> None:
    """Wait until the log has something so many times."""
    end = time.monotonic() + SECONDS
    while log.read_text().count(words) < times:
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.02)


def test_a_full_redis_expires_nobody_and_is_named_once(
    admin: "Redis", people: list[LiveClient], log: Path
) -> None:
    ana, ben = people
    admin.config_set("maxmemory", 1)
    end = time.monotonic() + LONGER_THAN_SILENCE
    while time.monotonic() < end:
        assert say(ana, "into a full Redis")["code"] == "unavailable"
    admin.config_set("maxmemory", 0)
    until_accepted(ana, "there is room")
    until_logged(log, "is back", 4)

    assert ben.receive_json()["text"] == "there is room"
    assert ben.messages.count('"joined"') == 0
    assert log.read_text().count("OOM command not allowed") == 2
    assert len(log.read_text().splitlines()) == 4


def test_each_cause_of_an_outage_is_named_once_without_a_secret(
    redis: RedisServer, admin: "Redis", people: list[LiveClient], log: Path
) -> None:
    ana, ben = people
    # A replica takes nothing that is written.
    admin.replicaof("127.0.0.1", 1)
    until_logged(log, "(READONLY You can't write against a read only replica.)", 2)
    # Connections that exist go on with the old password.
    admin.config_set("requirepass", "another")
    admin.client_kill_filter(_type="normal", skipme=True)
    until_logged(log, "is still lost (WRONGPASS ", 2)
    admin.config_set("requirepass", PASSWORD)
    admin.replicaof("NO", "ONE")
    until_accepted(ana, "all is well")
    until_logged(log, " is back.", 4)

    assert ben.receive_json()["text"] == "all is well"
    assert [log.read_text().count(word) for word in ("READONLY", "WRONGPASS", " is back.")] == [2, 2, 4]
    assert PASSWORD not in log.read_text()
