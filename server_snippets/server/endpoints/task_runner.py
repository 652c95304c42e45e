"""Long work that goes on by itself: it is started, watched, and may be cancelled."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from itertools import count, islice
from typing import Any, Literal

from ..connections.messages import ClientError


MAX_RUNNING = 50
# How many tasks are listed after their end.
MAX_ENDED = 20

Announce = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass
class Progress:
    """How far a task is."""

    task_id: str
    name: str
    total: int
    done: int = 0
    status: Literal["running", "finished", "cancelled", "failed"] = "running"


class TaskRunner:
    """Runs tasks whether or not anyone watches, and announces each change of theirs.

    Args:
        announce: Tells everyone; it may refuse to tell that a task is started, which then is not.
        step_seconds: How long one step takes.
        prefix: What the ids of the tasks begin with, if others run tasks, too.
    """

    def __init__(self, announce: Announce, step_seconds: float, prefix: str = "") -> None:
        self._announce = announce
        self._step_seconds = step_seconds
        self._prefix = prefix
        self._numbers = count(1)
        self._is_finishing = False
        self._listed: dict[str, Progress] = {}
        # asyncio keeps no strong reference to a task: without this one it may vanish half-way.
        self._running: dict[str, asyncio.Task[None]] = {}

    async def start(self, name: str, steps: int) -> None:
        """Start a task that goes on when its starter leaves."""
        if self._is_finishing:
            raise ClientError("restarting", "The server restarts: start the task when you are back.")
        if sum(progress.status == "running" for progress in self._listed.values()) >= MAX_RUNNING:
            raise ClientError("too_many_tasks", f"{MAX_RUNNING} tasks run already. Cancel one, or wait.")

        progress = Progress(f"{self._prefix}{next(self._numbers)}", name, steps)
        is_told = asyncio.Event()
        # Before it is told: whoever hears of it may cancel it at once.
        self._listed[progress.task_id] = progress
        self._running[progress.task_id] = asyncio.create_task(self._run(progress, is_told))
        await self._tell_of(progress)
        is_told.set()

    async def cancel(self, task_id: str) -> None:
        """End a task before it is done."""
        if task_id not in self._running:
            raise ClientError("unknown_task", f"No task {task_id!r} is running."[:100])

        self._running[task_id].cancel()
        await self._end(self._listed[task_id], "cancelled")

    def tasks(self) -> list[dict[str, Any]]:
        """Return how far each task is: those that run, and those that ended last."""
        return [asdict(progress) for progress in self._listed.values()]

    def progress(self, task_id: str) -> Progress:
        """Return how far a task is that runs, or ended lately."""
        return self._listed[task_id]

    async def finish(self, seconds: float) -> None:
        """Take no new tasks, let the others go on for `seconds` at the most, and cancel the rest."""
        self._is_finishing = True
        if self._running:
            await asyncio.wait(self._running.values(), timeout=seconds)
        for task_id in list(self._running):
            await self.cancel(task_id)

    async def stop(self) -> None:
        """Cancel all tasks, because the server ends."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def do_step(self, name: str) -> None:
        """Do one step of the task `name`: a real server would render a page or train a model here."""
        await asyncio.sleep(self._step_seconds)

    async def _tell_of(self, progress: Progress) -> None:
        task_id, name, total = progress.task_id, progress.name, progress.total
        try:
            await self._announce({"type": "started", "task_id": task_id, "name": name, "total": total})
        except ClientError:
            self._listed.pop(task_id, None)
            if running := self._running.pop(task_id, None):
                running.cancel()
            raise

    async def _run(self, progress: Progress, is_told: asyncio.Event) -> None:
        await is_told.wait()
        try:
            await self._work(progress)
        except Exception as error:
            # What went wrong in detail is for the server's log, where asyncio writes it.
            await self._end(progress, "failed", detail=type(error).__name__)
            raise
        await self._end(progress, "finished")

    async def _work(self, progress: Progress) -> None:
        task_id, total = progress.task_id, progress.total
        while progress.done < total:
            await self.do_step(progress.name)
            progress.done += 1
            await self._announce(
                {"type": "progress", "task_id": task_id, "done": progress.done, "total": total}
            )

    async def _end(
        self, progress: Progress, status: Literal["finished", "cancelled", "failed"], **fields: str
    ) -> None:
        progress.status = status
        del self._running[progress.task_id]
        await self._announce({"type": status, "task_id": progress.task_id, **fields})
        ended = [task_id for task_id, listed in self._listed.items() if listed.status != "running"]
        for task_id in islice(ended, max(0, len(ended) - MAX_ENDED)):
            del self._listed[task_id]
