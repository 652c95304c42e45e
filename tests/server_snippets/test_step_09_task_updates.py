"""Step 9: everyone who watches sees how far the work is."""

from collections.abc import Iterator
from typing import Any

import pytest

from server_snippets import step_09_task_runner
from server_snippets.step_09_task_updates import app
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BackgroundServer]:
    monkeypatch.setattr(step_09_task_runner, "STEP_SECONDS", 0.02)
    with BackgroundServer(app) as server:
        yield server
    assert not server.errors
    step_09_task_runner.running.clear()
    step_09_task_runner.progress.clear()


def watch(server: BackgroundServer, name: str) -> LiveClient:
    """Return a watcher."""
    return LiveClient(server.url("/ws/tasks"), name)


def hear(client: LiveClient, count: int) -> list[Any]:
    """Return the next events."""
    return [client.receive_json() for _ in range(count)]


def test_every_watcher_sees_every_update(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana, watch(server, "Ben") as ben:
        assert ana.receive_json() == ben.receive_json() == {"type": "tasks", "tasks": []}
        ana.send_json({"action": "start", "name": "report", "steps": 2})
        events = hear(ana, 4)
        task_id = events[0]["task_id"]

        assert events == [
            {"type": "started", "task_id": task_id, "name": "report", "total": 2},
            {"type": "progress", "task_id": task_id, "done": 1, "total": 2},
            {"type": "progress", "task_id": task_id, "done": 2, "total": 2},
            {"type": "finished", "task_id": task_id},
        ]
        assert hear(ben, 4) == events


def test_a_task_goes_on_and_a_late_watcher_hears_the_state_first(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana:
        ana.send_json({"action": "start", "name": "report", "steps": 1000})
        hear(ana, 3)
    with watch(server, "Ben") as ben:
        state, update = hear(ben, 2)

        [task] = state["tasks"]
        assert (task["name"], task["total"]) == ("report", 1000)
        assert update["done"] == task["done"] + 1


def test_a_cancelled_task_says_no_more(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana:
        ana.send_json({"action": "start", "name": "report", "steps": 1000})
        task_id = hear(ana, 2)[1]["task_id"]
        ana.send_json({"action": "cancel", "task_id": task_id})
        ana.wait_for(lambda text: '"cancelled"' in text)
        ana.send_json({"action": "cancel", "task_id": task_id})
        ana.send_json({"action": "start", "name": "short", "steps": 1})

        assert [event["type"] for event in hear(ana, 3)] == ["started", "progress", "finished"]
        ana.send_json({"action": "list"})
        assert ana.receive_json() == {"type": "tasks", "tasks": []}


@pytest.mark.parametrize("message", [b"{}", "{", '{"action": "start"}', '{"action": "fly"}'])
def test_a_bad_message_gets_an_error(server: BackgroundServer, message: str | bytes) -> None:
    with watch(server, "Ana") as ana:
        ana.receive()
        ana.send(message)
        assert ana.receive_json()["type"] == "error"
