"""A check can count the tasks of the server under check."""

import asyncio
import gc

import pytest
from fastapi import FastAPI, WebSocket

from websocket_lab.client.live_client import LiveClient
from websocket_lab.grading.learner_tasks import ServerTasks
from websocket_lab.server.background_server import BackgroundServer


def app_that_leaves_tasks() -> FastAPI:
    app = FastAPI()
    left_behind = set()

    @app.websocket("/ws")
    async def answer(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            if text == "work":
                left_behind.add(asyncio.create_task(asyncio.sleep(60)))
            if text == "wait":
                asyncio.create_task(wait_for_nothing())
            await websocket.send_text(text)

    return app


async def wait_for_nothing() -> None:
    await asyncio.get_running_loop().create_future()


def test_before_the_first_connection_there_is_nothing_to_count() -> None:
    assert ServerTasks().count() == 0


@pytest.mark.parametrize("word", ["work", "wait"], ids=["known to the app", "known to nobody any more"])
def test_tasks_that_have_not_ended_are_counted(word: str) -> None:
    tasks = ServerTasks()
    with (
        BackgroundServer(tasks.watch(app_that_leaves_tasks())) as server,
        LiveClient(server.url("/ws")) as ana,
    ):
        # Once Ana has been answered, all that serves her has begun.
        ana.send("hello")
        ana.wait_for("hello")
        before = tasks.count()
        for _ in range(3):
            ana.send(word)
            ana.wait_for(word)
        gc.collect()

        assert tasks.count() == before + 3


def test_tasks_that_end_soon_are_waited_for() -> None:
    tasks = ServerTasks()
    with (
        BackgroundServer(tasks.watch(app_that_leaves_tasks())) as server,
        LiveClient(server.url("/ws")) as ana,
    ):
        ana.send("hello")
        ana.wait_for("hello")
        before = tasks.count()
        with LiveClient(server.url("/ws"), "Ben") as ben:
            ben.send("hello")
            ben.wait_for("hello")

        assert tasks.count(wanted=before) == before
