"""/ws/tasks: every watcher sees every update; a late one gets the state first."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from server_snippets.main import Settings, make_app
from server_snippets.server.endpoints.task_runner import MAX_RUNNING
from tests.redis_server import OVER_BOTH_BROKERS
from websocket_lab import BackgroundServer, LiveClient


pytestmark = OVER_BOTH_BROKERS


Connect = Callable[..., LiveClient]


@pytest.fixture
def whole_server(redis_url: str) -> Iterator[BackgroundServer]:
    """Everyone sees every task: each test has its own server."""
    with BackgroundServer(make_app(Settings(step_seconds=0.02, redis_url=redis_url))) as server:
        yield server
    assert not server.errors


@pytest.fixture
def watch(connect: Connect) -> Callable[[str], LiveClient]:
    """Connect a watcher that has heard that there are no tasks."""

    def watch(name: str) -> LiveClient:
        watcher = connect("/ws/tasks", name)
        assert watcher.receive_json() == {"type": "tasks", "tasks": []}
        return watcher

    return watch


def hear(client: LiveClient, count: int) -> list[dict[str, Any]]:
    """Return the next events."""
    return [client.receive_json() for _ in range(count)]


def start(client: LiveClient, steps: int) -> str:
    """Start a task and return its id."""
    client.send_json({"action": "start", "name": "report", "steps": steps})
    started = client.receive_json()
    assert started == {"type": "started", "task_id": started["task_id"], "name": "report", "total": steps}
    assert isinstance(started["task_id"], str)
    return str(started["task_id"])


def listed(client: LiveClient) -> list[dict[str, Any]]:
    """Return the list of tasks."""
    client.send_json({"action": "list"})
    while (event := client.receive_json())["type"] != "tasks":
        pass
    tasks: list[dict[str, Any]] = event["tasks"]
    return tasks


def test_every_watcher_sees_every_update(watch: Callable[[str], LiveClient]) -> None:
    ana, ben = watch("Ana"), watch("Ben")
    task_id = start(ana, 3)
    updates = [
        *({"type": "progress", "task_id": task_id, "done": done, "total": 3} for done in (1, 2, 3)),
        {"type": "finished", "task_id": task_id},
    ]

    assert hear(ana, 4) == updates
    assert hear(ben, 5)[1:] == updates


def test_a_late_watcher_hears_the_state_first(watch: Callable[[str], LiveClient], connect: Connect) -> None:
    ana = watch("Ana")
    task_id = start(ana, 1000)
    hear(ana, 2)
    ben = connect("/ws/tasks", "Ben")
    state, update = hear(ben, 2)

    [task] = state["tasks"]
    assert task | {"done": 0} == {
        "task_id": task_id,
        "name": "report",
        "total": 1000,
        "done": 0,
        "status": "running",
    }
    assert task["done"] >= 2
    assert update["done"] == task["done"] + 1


def test_a_cancelled_task_says_no_more(watch: Callable[[str], LiveClient]) -> None:
    ana, ben = watch("Ana"), watch("Ben")
    task_id = start(ana, 1000)
    ben.send_json({"action": "cancel", "task_id": task_id})

    for client in (ana, ben):
        cancelled = client.wait_for(lambda text: "cancelled" in text, deadline=60)
        assert cancelled == f'{{"type":"cancelled","task_id":"{task_id}"}}'
    other = start(ana, 2)
    assert [event["task_id"] for event in hear(ana, 3)] == [other] * 3


def test_two_tasks_run_side_by_side(watch: Callable[[str], LiveClient]) -> None:
    ana = watch("Ana")
    start(ana, 1000)
    ana.send_json({"action": "start", "name": "short", "steps": 1})
    ana.wait_for(lambda text: '"finished"' in text)

    assert [(task["name"], task["status"]) for task in listed(ana)] == [
        ("report", "running"),
        ("short", "finished"),
    ]


@pytest.mark.parametrize("leave", [LiveClient.disconnect, LiveClient.vanish])
def test_a_task_goes_on_without_its_starter(
    watch: Callable[[str], LiveClient], leave: Callable[[LiveClient], None]
) -> None:
    ana, ben = watch("Ana"), watch("Ben")
    start(ana, 20)
    leave(ana)

    assert [event["type"] for event in hear(ben, 22)] == ["started", *["progress"] * 20, "finished"]


def test_a_task_that_does_not_run_cannot_be_cancelled(watch: Callable[[str], LiveClient]) -> None:
    ana = watch("Ana")
    task_id = start(ana, 1)
    hear(ana, 2)
    for unknown in (task_id, "", "no such task", "x" * 1000):
        ana.send_json({"action": "cancel", "task_id": unknown})
        assert ana.receive_json()["code"] == "unknown_task"


def test_the_list_remembers_what_ended(watch: Callable[[str], LiveClient]) -> None:
    ana = watch("Ana")
    start(ana, 1)
    hear(ana, 2)
    cancelled = start(ana, 1000)
    ana.send_json({"action": "cancel", "task_id": cancelled})

    assert [task["status"] for task in listed(ana)] == ["finished", "cancelled"]


def test_tasks_are_bounded(watch: Callable[[str], LiveClient]) -> None:
    ana = watch("Ana")
    for _ in range(MAX_RUNNING + 1):
        ana.send_json({"action": "start", "name": "report", "steps": 1000})

    assert ana.wait_for(lambda text: '"code":"too_many_tasks"' in text)
    assert len(listed(ana)) == MAX_RUNNING


def test_the_server_stops_while_tasks_run(redis_url: str) -> None:
    with (
        BackgroundServer(make_app(Settings(redis_url=redis_url))) as server,
        LiveClient(server.url("/ws/tasks")) as ana,
    ):
        ana.send_json({"action": "start", "name": "report", "steps": 1000})
        ana.wait_for(lambda text: "progress" in text)
        server.stop()

        assert ana.wait_closed() == 1012
    assert not server.errors
