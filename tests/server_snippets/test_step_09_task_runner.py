"""Step 9: work goes on by itself, is announced step by step, and its end is announced, too."""

import asyncio
import gc
import json
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from server_snippets import step_09_task_updates as runner


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what is announced."""
    events: list[Any] = []

    async def note(message: str) -> None:
        events.append(json.loads(message))
        # As a real broadcast does, let others go on.
        await asyncio.sleep(0)

    monkeypatch.setattr(runner.manager, "broadcast", note)
    monkeypatch.setattr(runner, "STEP_SECONDS", 0.001)
    return events


def until_it_ends(then: Callable[[asyncio.Task[None]], object] = lambda task: None) -> BaseException | None:
    """Start a task of three steps, do something with it, and return what it raised, if anything."""

    async def story() -> BaseException | None:
        await runner.start("report", 3)
        (task,) = runner.running.values()
        then(task)
        await asyncio.wait([task])
        return asyncio.CancelledError() if task.cancelled() else task.exception()

    return asyncio.run(story())


def test_a_task_is_forgotten_when_it_is_done(told: list[Any]) -> None:
    assert until_it_ends() is None
    assert [event["type"] for event in told] == ["started", *["progress"] * 3, "finished"]
    assert not (runner.running or runner.progress)


def test_a_cancelled_task_says_no_more(told: list[Any]) -> None:
    async def story() -> None:
        await runner.start("report", 3)
        ((task_id, task),) = runner.running.items()
        await runner.cancel(task_id)
        await asyncio.wait([task])

    asyncio.run(story())
    assert [event["type"] for event in told] == ["started", "cancelled"]
    assert not (runner.running or runner.progress)


def test_a_task_that_is_cancelled_before_its_first_step_is_forgotten(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def note_at_once(message: str) -> None:
        told.append(json.loads(message))

    monkeypatch.setattr(runner.manager, "broadcast", note_at_once)

    async def story() -> None:
        await runner.start("report", 3)
        (task_id,) = runner.running
        await runner.cancel(task_id)

    asyncio.run(story())
    assert [event["type"] for event in told] == ["started", "cancelled"]
    assert not (runner.running or runner.progress)


def test_a_task_that_fails_says_so_and_keeps_its_exception(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = until_it_ends(lambda task: monkeypatch.setattr(runner, "STEP_SECONDS", "not a number"))

    assert isinstance(error, TypeError)
    assert told[2:] == [{"type": "failed", "task_id": told[0]["task_id"], "detail": "TypeError"}]
    assert not (runner.running or runner.progress)


def test_the_end_of_the_loop_ends_all_tasks(told: list[Any]) -> None:
    asyncio.run(runner.start("report", 1_000))

    assert not (runner.running or runner.progress)


def test_asyncio_keeps_no_strong_reference_to_a_task() -> None:
    async def wait_for_news() -> None:
        await asyncio.Event().wait()

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        kept = asyncio.create_task(wait_for_news())
        lost = weakref.ref(asyncio.create_task(wait_for_news()))
        await asyncio.sleep(0)
        gc.collect()

        assert not kept.done()
        assert lost() is None

    asyncio.run(story())
