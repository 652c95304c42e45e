"""A process that is frozen, and comes back: others go on without it, and its clients miss nothing unsaid."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from server_snippets.redis_scripts import LOG, MAX_ENTRIES
from tests.redis_server import RedisServer
from tests.server_snippets.cluster import Worker
from websocket_lab import LiveClient


pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that freezes a process.")

SECONDS = 60
# More than the log keeps, told by a process that nobody knows.
FLOOD = f"""
for number = 1, {MAX_ENTRIES + 100} do
  redis.call('XADD', KEYS[1], '*', '{{"kind":"beat","process":"flood"}}', '')
end
redis.call('XTRIM', KEYS[1], 'MAXLEN', {MAX_ENTRIES})
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Name the file that the processes write what they have to say into."""
    return tmp_path / "workers.log"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """Run a Redis of our own."""
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture
def worker(redis: RedisServer, log: Path) -> Iterator[Worker]:
    """Run the process that stays awake."""
    with Worker(redis.url, log) as worker:
        yield worker


@pytest.fixture
def sleeper(redis: RedisServer, log: Path) -> Iterator[Worker]:
    """Run the process that is frozen."""
    with Worker(redis.url, log) as worker:
        yield worker


def enter(worker: Worker, name: str) -> LiveClient:
    """Let somebody into the lobby; return when all is heard that a newcomer hears."""
    client = LiveClient(worker.url(f"/ws/chat/lobby/{name}"), name, deadline=SECONDS).connect()
    assert [client.receive_json()["type"] for _ in range(3)] == ["history", "joined", "users"]
    return client


def say(client: LiveClient, text: str) -> None:
    """Say something to the room."""
    client.send_json({"action": "message", "text": text})


def until(client: LiveClient, **wanted: object) -> list[dict[str, Any]]:
    """Return what comes until an event has all that is wanted."""
    events = [client.receive_json()]
    while not wanted.items() <= events[-1].items():
        events.append(client.receive_json())
    return events


def test_a_frozen_process_comes_back_and_nothing_is_lost_or_heard_twice(
    worker: Worker, sleeper: Worker, log: Path
) -> None:
    ana, ben = enter(worker, "ana"), enter(sleeper, "ben")
    until(ana, type="users", users=["ana", "ben"])
    sleeper.signal(signal.SIGSTOP)
    say(ana, "before")
    until(ana, type="left", username="ben")
    say(ana, "without Ben")
    until(ana, type="message", text="without Ben")
    say(ben, "thawed")
    sleeper.signal(signal.SIGCONT)
    heard = until(ben, type="message", text="thawed")

    history = next(event for event in heard if event["type"] == "history")
    assert [message["text"] for message in history["messages"]] == ["before", "without Ben"]
    assert [event["text"] for event in heard if event["type"] == "message"] == ["before", "thawed"]
    events = [(event["type"], event.get("text")) for event in until(ana, type="message", text="thawed")]
    assert events.count(("joined", None)) == events.count(("message", "thawed")) == 1
    assert ("left", None) not in events
    say(ana, "the end")
    for client in (ana, ben):
        assert [event["text"] for event in until(client, type="message")] == ["the end"]
        client.disconnect()
    assert "lost" not in log.read_text()


def test_who_has_taken_the_name_of_a_frozen_process_s_guest_keeps_it(worker: Worker, sleeper: Worker) -> None:
    ana, ben = enter(worker, "ana"), enter(sleeper, "ben")
    sleeper.signal(signal.SIGSTOP)
    until(ana, type="left", username="ben")
    again = enter(worker, "ben")
    sleeper.signal(signal.SIGCONT)

    assert ben.wait_closed(SECONDS) == 4009
    say(again, "hi")
    events = until(ana, type="message", text="hi")
    assert [event["type"] for event in events if event["type"] != "users"] == ["joined", "message"]
    for client in (ana, again):
        client.disconnect()


def test_a_process_that_missed_more_than_the_log_holds_says_so_and_sends_its_clients_to_come_again(
    redis: RedisServer, sleeper: Worker, log: Path
) -> None:
    ana, ben = enter(sleeper, "ana"), LiveClient(sleeper.url("/ws/json"), "Ben", deadline=SECONDS).connect()
    sleeper.signal(signal.SIGSTOP)
    with Redis.from_url(redis.url) as flood:
        flood.eval(FLOOD, 1, LOG)
    sleeper.signal(signal.SIGCONT)

    for client in (ana, ben):
        assert (client.wait_closed(SECONDS), client.close_reason) == (1012, "Come again")
    assert log.read_text().count("holds no longer all that was missed here") == 1
    ana = enter(sleeper, "somebody-else")
    say(ana, "hi")
    assert until(ana, type="message")[-1]["text"] == "hi"
    ana.disconnect()
