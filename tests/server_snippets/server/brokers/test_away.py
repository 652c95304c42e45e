"""A process that is frozen or cut off, and comes back: its clients receive all that was said, once."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from benchmarks.soak_faults import CutProxy
from server_snippets.main import Settings
from server_snippets.server.brokers.redis.scripts import APPEND, Keys
from tests.redis_server import RedisServer
from tests.server_snippets.cluster import Worker
from websocket_lab import LiveClient


KEYS = Keys(Settings.redis_prefix)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that freezes a process.")

SECONDS = 60
# A message a moment, as long as a process is away: hundreds.
MOMENT = 0.01
MANY = 300
# More than the log keeps, told by a process that nobody knows, to a log that keeps a megabyte.
FLOOD = f"""
{APPEND}
for _ = 1, 100 do
  local about, message = '{{"kind":"beat","process":"flood"}}', string.rep('x', 60000)
  append(KEYS[1], KEYS[2], KEYS[3], 1000000, about, message)
end
"""


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


@pytest.fixture
def proxy(redis: RedisServer) -> Iterator[CutProxy]:
    """Run what can cut a process off from Redis."""
    with CutProxy(redis.port) as proxy:
        yield proxy


@pytest.fixture
def outsider(redis: RedisServer, proxy: CutProxy, log: Path) -> Iterator[Worker]:
    """Run the process that is cut off."""
    with Worker(redis.url.replace(str(redis.port), str(proxy.port)), log) as worker:
        yield worker


def talk_until(client: LiveClient, kind: str, at_least: int) -> list[str]:
    """Say many things, each when the one before was accepted, until such an event comes; return them."""
    pause, texts, has_come = threading.Event(), list[str](), False
    while not has_come or len(texts) < at_least:
        texts.append(f"until {kind}, {len(texts)}")
        say(client, texts[-1])
        events = until(client, type="message", text=texts[-1])
        has_come = has_come or any(event["type"] == kind for event in events)
        pause.wait(MOMENT)
    return texts


def say_until_accepted(client: LiveClient, text: str) -> list[dict[str, Any]]:
    """Say something, again whenever it is refused, and return all that comes until it has come back."""
    say(client, text)
    events = [client.receive_json()]
    while events[-1].get("text") != text:
        if events[-1]["type"] == "error":
            say(client, text)
        events.append(client.receive_json())
    return events


def expect_that_nothing_is_missed(
    worker: Worker, other: Worker, go_away: Callable[[], None], come_back: Callable[[], None]
) -> None:
    """Let somebody talk while the other process is away for longer than the processes wait for it."""
    ana, ben = enter(worker, "ana"), enter(other, "ben")
    until(ana, type="users", users=["ana", "ben"])
    go_away()
    texts = talk_until(ana, "left", MANY)
    come_back()
    texts += talk_until(ana, "joined", 1)
    texts.append("I am back")
    received = say_until_accepted(ben, "I am back")

    assert [event["text"] for event in received if event["type"] == "message"] == texts
    told = [(event["type"], event["username"]) for event in received if event["type"] in ("left", "joined")]
    assert told == [("left", "ben"), ("joined", "ben")]
    assert "history" not in {event["type"] for event in received}
    until(ana, type="message", text="I am back")
    for client in (ana, ben):
        client.disconnect()


def test_the_clients_of_a_frozen_process_receive_all_that_was_said_once_and_in_order(
    worker: Worker, sleeper: Worker, log: Path
) -> None:
    expect_that_nothing_is_missed(
        worker, sleeper, lambda: sleeper.signal(signal.SIGSTOP), lambda: sleeper.signal(signal.SIGCONT)
    )
    assert log.read_text() == ""


def test_the_clients_of_a_process_that_was_cut_off_receive_all_that_was_said_once_and_in_order(
    worker: Worker, outsider: Worker, proxy: CutProxy, log: Path
) -> None:
    expect_that_nothing_is_missed(worker, outsider, proxy.cut, proxy.restore)
    assert [word in line for line in log.read_text().splitlines() for word in ("lost", "back")] == [
        *(True, True),
        *(False, True),
    ]


def test_who_has_taken_the_name_of_a_frozen_process_s_guest_keeps_it(worker: Worker, sleeper: Worker) -> None:
    ana, ben = enter(worker, "ana"), enter(sleeper, "ben")
    sleeper.signal(signal.SIGSTOP)
    until(ana, type="left", username="ben")
    again = enter(worker, "ben")
    say(ana, "/pm ben This is for the new Ben")
    until(again, type="private")
    sleeper.signal(signal.SIGCONT)

    assert ben.wait_closed(SECONDS) == 4009
    assert "private" not in {json.loads(text)["type"] for text in ben.messages}
    say(again, "hi")
    events = until(ana, type="message", text="hi")
    assert [event["type"] for event in events if event["type"] in ("joined", "left", "message")] == [
        "joined",
        "message",
    ]
    for client in (ana, again):
        client.disconnect()


def test_a_process_that_missed_more_than_the_log_holds_says_so_and_sends_its_clients_to_come_again(
    redis: RedisServer, sleeper: Worker, log: Path
) -> None:
    ana, ben = enter(sleeper, "ana"), LiveClient(sleeper.url("/ws/json"), "Ben", deadline=SECONDS).connect()
    sleeper.signal(signal.SIGSTOP)
    with Redis.from_url(redis.url) as flood:
        flood.eval(FLOOD, 3, KEYS.log, KEYS.log_state, KEYS.segments)
    sleeper.signal(signal.SIGCONT)

    for client in (ana, ben):
        assert (client.wait_closed(SECONDS), client.close_reason) == (1012, "Come again")
    assert log.read_text().count("holds no longer all that was missed here") == 1
    ana = enter(sleeper, "somebody-else")
    say(ana, "hi")
    assert until(ana, type="message")[-1]["text"] == "hi"
    ana.disconnect()
