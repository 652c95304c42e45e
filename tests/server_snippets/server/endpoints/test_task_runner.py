"""Work that goes on by itself, and the list of it, which stays short."""

import asyncio
from typing import Any

import pytest

from server_snippets.server.connections.messages import ClientError
from server_snippets.server.endpoints.task_runner import MAX_ENDED, MAX_RUNNING, TaskRunner


class Told(list[Any]):
    """What was announced."""

    async def announce(self, event: dict[str, Any]) -> None:
        """Note an event."""
        self.append(event)


def test_the_list_forgets_what_ended_long_ago() -> None:
    async def story() -> list[str]:
        runner = TaskRunner(Told().announce, 0)
        for _ in range(2):
            for _ in range(MAX_ENDED):
                await runner.start("report", 1)
            while any(task["status"] == "running" for task in runner.tasks()):
                await asyncio.sleep(0)
        await runner.start("last", 1000)
        return [task["task_id"] for task in runner.tasks()]

    assert asyncio.run(story()) == [str(number) for number in range(MAX_ENDED + 1, 2 * MAX_ENDED + 2)]


def test_what_runs_is_bounded_and_cancelling_makes_room() -> None:
    async def story() -> None:
        runner = TaskRunner(Told().announce, 1)
        for _ in range(MAX_RUNNING):
            await runner.start("report", 1)
        with pytest.raises(ClientError, match="50 tasks run already"):
            await runner.start("report", 1)
        await runner.cancel("1")
        await runner.start("report", 1)
        await runner.stop()

    asyncio.run(story())


def test_a_task_can_be_cancelled_by_whoever_hears_first_that_it_is_started() -> None:
    async def story() -> list[tuple[str, str]]:
        told = Told()

        async def announce(event: dict[str, Any]) -> None:
            await told.announce(event)
            if event["type"] == "started":
                await runner.cancel(event["task_id"])

        runner = TaskRunner(announce, 0)
        await runner.start("report", 3)
        while any(task["status"] == "running" for task in runner.tasks()):
            await asyncio.sleep(0)
        return [(event["type"], event["task_id"]) for event in told]

    assert asyncio.run(story()) == [("started", "1"), ("cancelled", "1")]


def test_a_task_that_could_not_be_told_of_is_none() -> None:
    async def story() -> list[dict[str, Any]]:
        async def refuse(event: dict[str, Any]) -> None:
            raise ClientError("unavailable", "Nobody can be told.")

        runner = TaskRunner(refuse, 0)
        with pytest.raises(ClientError, match="Nobody can be told"):
            await runner.start("report", 1)
        return runner.tasks()

    assert asyncio.run(story()) == []


def test_stopping_ends_everything_in_silence() -> None:
    async def story() -> Told:
        told = Told()
        runner = TaskRunner(told.announce, 0.001)
        await runner.start("report", 1000)
        while len(told) < 3:
            await asyncio.sleep(0.001)
        await runner.stop()
        said = len(told)
        await asyncio.sleep(0.01)
        assert len(told) == said
        return told

    assert {event["type"] for event in asyncio.run(story())} == {"started", "progress"}


def test_a_task_that_is_cancelled_at_its_last_step_does_not_finish() -> None:
    async def story() -> Told:
        told = Told()
        runner = TaskRunner(told.announce, 0)
        await runner.start("report", 1)
        # The step's pause is over, but the task has not run on yet.
        await asyncio.sleep(0)
        await runner.cancel("1")
        await asyncio.sleep(0.01)
        return told

    assert [event["type"] for event in asyncio.run(story())] == ["started", "cancelled"]


def test_a_task_that_fails_says_so_and_keeps_its_exception() -> None:
    class FullDisk(TaskRunner):
        async def do_step(self, name: str) -> None:
            await asyncio.sleep(0)
            raise OSError("The disk is full")

    async def story() -> Told:
        told = Told()
        runner = FullDisk(told.announce, 0)
        await runner.start("report", 3)
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        with pytest.raises(OSError, match="disk is full"):
            await task
        assert [task["status"] for task in runner.tasks()] == ["failed"]
        return told

    assert asyncio.run(story())[1:] == [{"type": "failed", "task_id": "1", "detail": "OSError"}]
