"""The bank of lesson 9's your-turn: endpoints that listen while they work, and the usual ones that do not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app
from websocket_lab.grading.mismatch import TooSlow
from websocket_lab.grading.text_harness import TextHarness
from websocket_lab.your_turns import beside_the_loop


async def take_steps(name: str, websocket: WebSocket) -> None:
    for step in range(1, 4):
        await asyncio.sleep(0.2)
        await websocket.send_text(f"{name}: step {step} of 3")


def server(begin: Callable[[str, WebSocket, set[Any]], Any]) -> MakeApp:
    """Return a function that makes a server: how it begins a job, and what it then waits for."""

    def make_app() -> FastAPI:
        app, jobs = FastAPI(), set[Any]()

        @app.websocket("/ws")
        async def endpoint(websocket: WebSocket) -> None:
            await websocket.accept()
            async for name in websocket.iter_text():
                if (wait := begin(name, websocket, jobs)) is not None:
                    await wait

        return app

    return make_app


def task(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    jobs.add(asyncio.create_task(take_steps(name, websocket)))


def future(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    jobs.add(asyncio.ensure_future(take_steps(name, websocket)))


def in_a_group() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        async with asyncio.TaskGroup() as group:
            async for name in websocket.iter_text():
                group.create_task(take_steps(name, websocket))

    return app


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("beside_the_loop"),  # type: ignore[dict-item, return-value]
    "a task": server(task),
    "a future": server(future),
    "a group": in_a_group,
    "slow": slow(server(task)),
}


def nothing(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    pass


def awaits_the_work(name: str, websocket: WebSocket, jobs: set[Any]) -> Any:
    return take_steps(name, websocket)


def awaits_the_task(name: str, websocket: WebSocket, jobs: set[Any]) -> Any:
    return asyncio.create_task(take_steps(name, websocket))


def awaits_all_tasks(name: str, websocket: WebSocket, jobs: set[Any]) -> Any:
    task(name, websocket, jobs)
    return asyncio.gather(*jobs)


def no_task(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    take_steps(name, websocket)


def the_function(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    asyncio.create_task(take_steps)  # type: ignore[arg-type]


def runs(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    steps = take_steps(name, websocket)
    try:
        asyncio.run(steps)
    finally:
        steps.close()


def always_a_report(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    task("report", websocket, jobs)


def twice(name: str, websocket: WebSocket, jobs: set[Any]) -> None:
    task(name, websocket, jobs)
    task(name, websocket, jobs)


STEPS, MEANWHILE = "a_job_takes_its_steps", "the_loop_goes_on_meanwhile"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (server(nothing), STEPS, "begins it"),
    "no task": (server(no_task), STEPS, "was never awaited"),
    "the function": (server(the_function), STEPS, "It must go on receiving"),
    "asyncio.run": (server(runs), STEPS, "It must go on receiving"),
    "always a report": (server(always_a_report), STEPS, "Pass on the name"),
    "twice": (server(twice), STEPS, "once for each text"),
    "awaits the work": (server(awaits_the_work), MEANWHILE, "do not await the task"),
    "awaits the task": (server(awaits_the_task), MEANWHILE, "do not await the task"),
    "awaits all tasks": (server(awaits_all_tasks), MEANWHILE, "do not await the task"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_endpoint_passes(make_app: MakeApp) -> None:
    passes("beside_the_loop", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_endpoint_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("beside_the_loop", make_app, step, words)


def test_a_letter_that_is_sent_too_late_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_the_loop, "ONE_STEP", 0.0)

    with TextHarness(server(awaits_the_work)) as harness, pytest.raises(TooSlow):
        beside_the_loop.the_loop_goes_on_meanwhile.take(harness)
