"""Step 9: work goes on by itself and is announced step by step."""

import asyncio
import json
from typing import Any

import pytest

from server_snippets import step_09_task_runner as runner


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what is announced."""
    events: list[Any] = []

    async def note(message: str) -> None:
        events.append(json.loads(message))

    monkeypatch.setattr(runner.manager, "broadcast", note)
    monkeypatch.setattr(runner, "STEP_SECONDS", 0.001)
    return events


def test_a_task_is_forgotten_when_it_is_done(told: list[Any]) -> None:
    async def story() -> None:
        await runner.start("report", 3)
        await asyncio.gather(*runner.running.values())

    asyncio.run(story())
    assert [event["type"] for event in told] == ["started", *["progress"] * 3, "finished"]
    assert not (runner.running or runner.progress)


def test_a_task_can_be_cancelled_once(told: list[Any]) -> None:
    async def story() -> None:
        await runner.start("report", 3)
        task_id = told[0]["task_id"]
        await runner.cancel(task_id)
        await runner.cancel(task_id)
        await runner.cancel("no such task")
        await asyncio.sleep(0.02)

    asyncio.run(story())
    assert [event["type"] for event in told] == ["started", "cancelled"]
    assert not (runner.running or runner.progress)
