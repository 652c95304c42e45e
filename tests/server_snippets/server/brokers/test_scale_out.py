"""Two processes and a Redis are one server: everyone hears everyone, wherever they are connected."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from secrets import token_hex
from typing import Any

import pytest

from tests.redis_server import RedisServer
from tests.server_snippets.cluster import Worker
from tests.server_snippets.stamps import unstamped
from websocket_lab import LiveClient


Connect = Callable[..., LiveClient]


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Worker, Worker]]:
    """Run two processes, which say nothing in their logs."""
    folder = tmp_path_factory.mktemp("cluster")
    log = folder / "workers.log"
    with RedisServer(folder) as redis, Worker(redis.url, log) as one, Worker(redis.url, log) as other:
        yield one, other
    assert log.read_text() == ""


@pytest.fixture
def connect(workers: tuple[Worker, Worker]) -> Iterator[Connect]:
    """Open connections to one process or the other: connect(0, "/ws", "Ana")."""
    with ExitStack() as clients:
        yield lambda worker, path, name="Ana": clients.enter_context(
            LiveClient(workers[worker].url(path), name)
        )


@pytest.fixture
def enter(connect: Connect) -> Connect:
    """Let somebody into a room through one of the processes: enter(0, "lobby", "ana")."""

    def enter(worker: int, room: str, username: str) -> LiveClient:
        client = connect(worker, f"/ws/chat/{room}/{username}", username.title())
        assert [client.receive_json()["type"] for _ in range(3)] == ["history", "joined", "users"]
        return client

    return enter


@pytest.fixture
def names() -> tuple[str, str, str]:
    """Name a room that nobody was in, and two people who were nowhere."""
    return f"room-{token_hex(4)}", f"ana-{token_hex(4)}", f"ben-{token_hex(4)}"


def hear(client: LiveClient, count: int) -> list[dict[str, Any]]:
    """Return the next events."""
    return [client.receive_json() for _ in range(count)]


def say(client: LiveClient, text: str) -> None:
    """Say something to the room."""
    client.send_json({"action": "message", "text": text})


def test_those_on_the_other_process_hear_who_comes_speaks_and_leaves(
    enter: Connect, names: tuple[str, str, str]
) -> None:
    room, ana_name, ben_name = names
    ana, ben = enter(0, room, ana_name), enter(1, room, ben_name)
    joined, users = hear(ana, 2)
    say(ben, "hi")
    message = {"type": "message", "room": room, "from": ben_name, "text": "hi"}

    assert unstamped(joined) == {"type": "joined", "room": room, "username": ben_name}
    assert users == {"type": "users", "room": room, "users": [ana_name, ben_name]}
    said = ana.receive_json()
    assert ben.receive_json() == said
    assert unstamped(said) == message
    ben.vanish()
    assert [unstamped(event) for event in hear(ana, 2)] == [
        {"type": "left", "room": room, "username": ben_name},
        {"type": "users", "room": room, "users": [ana_name]},
    ]


def test_a_name_is_held_once_over_all_processes(
    enter: Connect, connect: Connect, names: tuple[str, str, str]
) -> None:
    room, ana_name, _ = names
    ana = enter(0, room, ana_name)
    second = connect(1, f"/ws/chat/{room}/{ana_name}", "a second Ana")

    assert (second.wait_closed(), second.messages) == (4009, [])
    ben = enter(1, room, names[2])
    ana.disconnect()
    hear(ben, 2)
    enter(1, room, ana_name)


def test_the_history_is_the_same_everywhere(
    enter: Connect, connect: Connect, names: tuple[str, str, str]
) -> None:
    room, ana_name, ben_name = names
    ana = enter(0, room, ana_name)
    for number in range(60):
        say(ana, str(number))
    heard = hear(ana, 60)
    ben = connect(1, f"/ws/chat/{room}/{ben_name}", "Ben")

    assert ben.receive_json()["messages"] == heard[-50:]


def test_a_private_message_finds_its_way_and_an_error_the_way_back(
    enter: Connect, names: tuple[str, str, str]
) -> None:
    room, ana_name, ben_name = names
    ana, ben = enter(0, room, ana_name), enter(1, f"{room}-2", ben_name)
    say(ana, f"/pm {ben_name} hi")
    private = {"type": "private", "from": ana_name, "to": ben_name, "text": "hi"}

    assert ana.receive_json() == ben.receive_json() == private
    say(ana, "/pm nobody hi")
    assert ana.receive_json()["code"] == "unknown_user"


def test_typing_is_shown_on_the_other_process_and_ends_with_the_message(
    enter: Connect, names: tuple[str, str, str]
) -> None:
    room, ana_name, ben_name = names
    ana, ben = enter(0, room, ana_name), enter(1, room, ben_name)
    ana.send_json({"action": "typing"})
    say(ana, "hi")

    assert [event.get("active") for event in hear(ben, 3)] == [True, False, None]


def test_typing_ends_when_the_typist_of_the_other_process_vanishes(
    enter: Connect, names: tuple[str, str, str]
) -> None:
    room, ana_name, ben_name = names
    ana, ben = enter(0, room, ana_name), enter(1, room, ben_name)
    ana.send_json({"action": "typing"})
    ben.receive_json()
    ana.vanish()

    assert [event["type"] for event in hear(ben, 3)] == ["typing", "left", "users"]


def test_a_channel_reaches_all_processes(connect: Connect, names: tuple[str, str, str]) -> None:
    ana, ben = connect(0, "/ws/json"), connect(1, "/ws/json", "Ben")
    for client in (ana, ben):
        client.send_json({"action": "subscribe", "channel": names[0]})
        client.receive()
    ana.send_json({"action": "send", "channel": names[0], "message": "Hello"})

    assert (
        ana.receive_json()
        == ben.receive_json()
        == {"type": "message", "channel": names[0], "message": "Hello"}
    )


def test_clients_hear_each_other_over_processes(connect: Connect) -> None:
    ana = connect(0, "/ws/1")
    assert ana.receive() == "Client 1 joined"
    ben = connect(1, "/ws/2", "Ben")
    assert ana.receive() == ben.receive() == "Client 2 joined"
    ben.send("hi")
    assert ana.receive() == ben.receive() == "Client 2: hi"
    ben.vanish()

    assert ana.receive() == "Client 2 left"


def test_a_task_is_seen_and_cancelled_from_the_other_process(connect: Connect) -> None:
    ana, eve = connect(0, "/ws/tasks"), connect(1, "/ws/tasks", "Eve")
    ana.receive()
    ana.send_json({"action": "start", "name": "report", "steps": 1000})
    started, _ = hear(ana, 2)
    # Now Ben's process knows of it, too.
    eve.wait_for(lambda text: "progress" in text)
    ben = connect(1, "/ws/tasks", "Ben")
    state, update = hear(ben, 2)

    assert [(task["task_id"], task["status"]) for task in state["tasks"]] == [(started["task_id"], "running")]
    assert update["done"] == state["tasks"][0]["done"] + 1
    ben.send_json({"action": "cancel", "task_id": started["task_id"]})
    for client in (ana, ben):
        assert json.loads(client.wait_for(lambda text: "cancelled" in text))["task_id"] == started["task_id"]
    ben.send_json({"action": "cancel", "task_id": started["task_id"]})
    assert ben.receive_json()["code"] == "unknown_task"
