"""Step 9: everyone who watches sees how far the work is."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, WebSocket
from fastapi.testclient import TestClient

from server_snippets import step_09_task_updates as runner
from server_snippets.main import Settings, make_app
from server_snippets.step_09_task_updates import app
from tests.jupyterlab import wait_for
from websocket_lab import BackgroundServer, LiveClient, WireTap


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BackgroundServer]:
    monkeypatch.setattr(runner, "STEP_SECONDS", 0.02)
    with BackgroundServer(app) as server:
        yield server
    assert not server.errors
    assert not (runner.running or runner.progress), "the server's end ends its tasks"


def watch(server: BackgroundServer, name: str) -> LiveClient:
    """Return a watcher."""
    return LiveClient(server.url("/ws/tasks"), name)


def hear(client: LiveClient, count: int) -> list[Any]:
    """Return the next events."""
    return [client.receive_json() for _ in range(count)]


def start(client: LiveClient, steps: int = 1_000) -> None:
    """Ask for a task."""
    client.send_json({"action": "start", "name": "report", "steps": steps})


def test_every_watcher_sees_every_update(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana, watch(server, "Ben") as ben:
        assert ana.receive_json() == ben.receive_json() == {"type": "tasks", "tasks": []}
        start(ana, 2)
        events = hear(ana, 4)
        task_id = events[0]["task_id"]

        assert events == [
            {"type": "started", "task_id": task_id, "name": "report", "total": 2},
            {"type": "progress", "task_id": task_id, "done": 1, "total": 2},
            {"type": "progress", "task_id": task_id, "done": 2, "total": 2},
            {"type": "finished", "task_id": task_id},
        ]
        assert hear(ben, 4) == events


def test_the_test_client_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "STEP_SECONDS", 0.001)
    with TestClient(app) as client, client.websocket_connect("/ws/tasks") as ana:
        ana.send_json({"action": "start", "name": "report", "steps": 2})
        kinds = [ana.receive_json()["type"] for _ in range(5)]

    assert kinds == ["tasks", "started", "progress", "progress", "finished"]


def test_a_task_goes_on_and_a_late_watcher_hears_the_state_first(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana:
        start(ana)
        hear(ana, 3)
    with watch(server, "Ben") as ben:
        state, update = hear(ben, 2)

        [task] = state["tasks"]
        assert (task["name"], task["total"]) == ("report", 1_000)
        assert update["done"] == task["done"] + 1


def test_a_cancelled_task_says_no_more(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana, watch(server, "Ben") as ben:
        start(ana)
        task_id = hear(ana, 2)[1]["task_id"]
        ben.send_json({"action": "cancel", "task_id": task_id})
        ana.wait_for(lambda text: '"cancelled"' in str(text))
        start(ana, 1)

        assert [event["type"] for event in hear(ana, 3)] == ["started", "progress", "finished"]
        ana.send_json({"action": "list"})
        assert ana.receive_json() == {"type": "tasks", "tasks": []}


def test_a_task_is_cancelled_in_the_same_breath(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana:
        start(ana)
        task_id = hear(ana, 2)[1]["task_id"]
        start(ana)
        ana.send_json({"action": "cancel", "task_id": str(int(task_id) + 1)})
        ana.wait_for(f'{{"type": "cancelled", "task_id": "{int(task_id) + 1}"}}')

        assert list(runner.running) == [task_id]


def test_cancelling_twice_does_no_harm(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana:
        start(ana)
        task_id = hear(ana, 2)[1]["task_id"]
        for _ in range(2):
            ana.send_json({"action": "cancel", "task_id": task_id})
        # What is listed before the task has had its turn is still there.
        ana.wait_for(lambda text: "cancelled" in text)
        ana.send_json({"action": "list"})
        ana.wait_for('{"type": "tasks", "tasks": []}')

        assert [str(message).count("cancelled") for message in ana.messages].count(1) == 1


def test_what_does_not_run_cannot_be_cancelled(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana:
        ana.receive()
        ana.send_json({"action": "cancel", "task_id": "0"})
        assert ana.receive_json()["code"] == "unknown_task"


def test_a_task_too_many_is_refused(server: BackgroundServer) -> None:
    with watch(server, "Ana") as ana:
        for _ in range(runner.MAX_RUNNING + 1):
            start(ana)
        ana.wait_for(lambda text: '"too_many_tasks"' in str(text))

        assert len(runner.running) == runner.MAX_RUNNING


@pytest.mark.parametrize(
    "message",
    [
        b"{}",
        "{",
        '{"a": 1}',
        '{"action": "start"}',
        '{"action": "start", "name": "", "steps": 1}',
        '{"action": "start", "name": "report", "steps": 0}',
        '{"action": "start", "name": "report", "steps": "5"}',
    ],
)
def test_a_bad_message_gets_an_error(server: BackgroundServer, message: str | bytes) -> None:
    with watch(server, "Ana") as ana:
        ana.receive()
        ana.send(message)
        assert ana.receive_json()["type"] == "error"


def story(server: BackgroundServer) -> list[Any]:
    """Return what a watcher reads who starts a task, cancels an unknown one, and sends nonsense."""
    with watch(server, "Ana") as ana:
        start(ana, 2)
        ana.wait_for(lambda text: '"finished"' in str(text) or '"failed"' in str(text))
        for action in ({"action": "list"}, {"action": "cancel", "task_id": "no"}, {"action": "dance"}):
            ana.send_json(action)
            ana.receive()
        events = [json.loads(message) for message in ana.messages]
    return [comparable(event) for event in events]


def comparable(event: dict[str, Any]) -> dict[str, Any]:
    """Leave out what may differ: ids, the words of errors, and what is listed of ended tasks."""
    return {key: value for key, value in event.items() if key not in ("task_id", "tasks")} | (
        {"detail": "words"} if event["type"] == "error" else {}
    )


@pytest.mark.parametrize("seconds", [0.02, "not a number"])
def test_the_whole_server_says_the_same(monkeypatch: pytest.MonkeyPatch, seconds: Any) -> None:
    monkeypatch.setattr(runner, "STEP_SECONDS", seconds)
    with (
        BackgroundServer(app) as step,
        BackgroundServer(make_app(Settings(step_seconds=seconds))) as main,
    ):
        told = story(step)

        assert told == story(main)
        assert [event["type"] for event in told[-3:]] == ["tasks", "error", "error"]


PING = 9
deaf_app = FastAPI()


@deaf_app.websocket("/ws")
async def deaf(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        while not deaf_app.state.may_answer:
            await asyncio.sleep(0.01)
        await websocket.send_text(text)


@deaf_app.websocket("/ws/background")
async def background(websocket: WebSocket, tasks: BackgroundTasks) -> None:
    await websocket.accept()
    tasks.add_task(websocket.app.state.done.append, "report")
    await websocket.close()


def test_work_in_the_loop_costs_who_speaks_meanwhile_the_connection() -> None:
    deaf_app.state.may_answer = False
    with (
        BackgroundServer(deaf_app, ws_ping_interval=0.2, ws_ping_timeout=0.2) as server,
        LiveClient(server.url("/ws")) as ana,
    ):
        ana.send("report"), ana.send("letter")

        assert (ana.wait_closed(), ana.close_reason) == (1011, "keepalive ping timeout")
        deaf_app.state.may_answer = True


def test_who_only_listens_while_work_is_in_the_loop_stays() -> None:
    deaf_app.state.may_answer = False
    # Time enough for the pongs of a slow machine.
    with (
        BackgroundServer(deaf_app, ws_ping_interval=0.1, ws_ping_timeout=60) as server,
        WireTap(server) as tap,
        LiveClient(tap.url("/ws"), "Ben") as ben,
    ):
        ben.send("report")
        # A ping goes out when the pong to the one before was heard.
        wait_for(lambda: [frame.opcode for frame in tap.frames()].count(PING) >= 3, 60, "He is not heard.")
        deaf_app.state.may_answer = True

        assert ben.receive() == "report"


def test_fastapi_never_runs_background_tasks_of_a_websocket() -> None:
    deaf_app.state.done = []
    with BackgroundServer(deaf_app) as server, LiveClient(server.url("/ws/background")) as ana:
        assert ana.wait_closed() == 1000
    assert deaf_app.state.done == []
