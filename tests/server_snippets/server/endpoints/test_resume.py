"""A chat client that comes back names the last event it saw, and gets exactly what it missed, or a gap."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.redis_server import OVER_BOTH_BROKERS, RedisServer
from tests.server_snippets.cluster import Worker
from websocket_lab import LiveClient


Connect = Callable[..., LiveClient]
Event = dict[str, Any]
SECONDS = 60


@pytest.fixture(scope="module")
def protocol() -> str:
    """Use uvicorn's own way out: what is sent does not depend on it."""
    return "auto"


def receive(client: LiveClient, count: int) -> list[Event]:
    """Return the next events."""
    return [client.receive_json() for _ in range(count)]


def say(client: LiveClient, text: str) -> Event:
    """Say something to the room, and return the event that comes back."""
    client.send_json({"action": "message", "text": text})
    event: Event = client.receive_json()
    assert event["text"] == text
    return event


def until(client: LiveClient, **wanted: object) -> list[Event]:
    """Return what comes until an event has all that is wanted."""
    events = [client.receive_json()]
    while not wanted.items() <= events[-1].items():
        events.append(client.receive_json())
    return events


def numbers(event: Event) -> tuple[int, ...]:
    """Return an event's id as numbers, which can be compared."""
    return tuple(map(int, event["id"].split("-")))


@OVER_BOTH_BROKERS
def test_what_happens_in_a_room_has_an_id_that_grows_and_a_time(connect: Connect, room: str) -> None:
    ana, ben = connect(f"/ws/chat/{room}/ana"), connect(f"/ws/chat/{room}/ben", "Ben")
    until(ana, type="users", users=["ana", "ben"])
    said = say(ana, "hi")
    ben.disconnect()
    left = until(ana, type="left")[-1]
    history, joined, users = receive(connect(f"/ws/chat/{room}/eve", "Eve"), 3)

    assert history["messages"] == [said]
    assert numbers(said) < numbers(left) < numbers(joined)
    times = [datetime.fromisoformat(event["time"]) for event in (said, left, joined)]
    assert times == sorted(times)
    assert int(times[0].timestamp() * 1000) == numbers(said)[0]
    assert "id" not in users
    assert "id" not in history


@OVER_BOTH_BROKERS
def test_a_client_that_comes_back_gets_what_it_missed_in_place_of_the_history(
    connect: Connect, room: str
) -> None:
    ana, ben = connect(f"/ws/chat/{room}/ana"), connect(f"/ws/chat/{room}/ben", "Ben")
    until(ana, type="users", users=["ana", "ben"])
    seen = say(ana, "seen")
    until(ben, text="seen")
    ben.vanish()
    missed = until(ana, type="left")
    ana.receive()
    missed += [say(ana, str(number)) for number in range(60)]
    eve = connect(f"/ws/chat/{room}/eve", "Eve")
    missed += until(ana, type="users", users=["ana", "eve"])
    # Not for him, so he has not missed it.
    ana.send_json({"action": "message", "text": "/pm eve a secret"})
    until(ana, type="private")
    eve.disconnect()
    missed += until(ana, type="left")
    ana.receive()
    back = connect(f"/ws/chat/{room}/ben?after={seen['id']}", "Ben again")
    received = until(back, type="users")

    joined, users = received[-2:]
    assert received[:-2] == [event for event in missed if event["type"] != "users"]
    assert (joined["username"], users["users"]) == ("ben", ["ana", "ben"])
    assert until(ana, type="users")[-2:] == [joined, users]
    # From now on it is a member like any other.
    assert say(ana, "welcome back") == back.receive_json()


@OVER_BOTH_BROKERS
def test_an_id_that_the_room_does_not_know_is_answered_with_a_gap_and_the_history(
    connect: Connect, room: str
) -> None:
    ana, eve = connect(f"/ws/chat/{room}/ana"), connect(f"/ws/chat/{room}-2/eve", "Eve")
    receive(ana, 3)
    said = say(ana, "hi")
    elsewhere = receive(eve, 3)[1]["id"]
    for after in ("0-0", "no%20id", "9999999999999-0", "%00", "x" * 1_000, elsewhere):
        with connect(f"/ws/chat/{room}/ben?after={after}", "Ben") as ben:
            gap, history, joined, users = receive(ben, 4)

        assert gap == {"type": "gap", "room": room}
        assert history == {"type": "history", "room": room, "messages": [said]}
        assert [joined["type"], users["type"]] == ["joined", "users"]
        until(ana, type="users", users=["ana"])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Start one process after the other, all with one Redis."""
    with RedisServer(tmp_path) as redis, ExitStack() as stack:
        yield lambda: stack.enter_context(Worker(redis.url, tmp_path / "workers.log"))


def test_the_clients_of_a_killed_process_get_what_they_missed_from_one_that_is_new(
    start: Callable[[], Worker],
) -> None:
    worker, victim = start(), start()
    ana = LiveClient(worker.url("/ws/chat/lobby/ana"), deadline=SECONDS).connect()
    ben = LiveClient(victim.url("/ws/chat/lobby/ben"), "Ben", deadline=SECONDS).connect()
    until(ana, type="users", users=["ana", "ben"])
    seen = say(ana, "seen")
    until(ben, text="seen")
    # What is accepted now is in flight to Ben when his process is killed.
    victim.signal(signal.SIGSTOP)
    missed = [say(ana, str(number)) for number in range(300)]
    victim.kill()
    ben.disconnect()
    missed += until(ana, type="left", username="ben")
    ana.receive()
    missed.append(say(ana, "he has left"))
    back = LiveClient(
        start().url(f"/ws/chat/lobby/ben?after={seen['id']}"), "Ben again", deadline=SECONDS
    ).connect()

    assert until(back, type="joined")[:-1] == missed
    for client in (ana, back):
        client.disconnect()
