"""The tasks that the learner's code starts: what they raise, and which of them are left behind."""

import asyncio
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from websocket_lab.grading.timing import Patience
from websocket_lab.server.learner_traceback import has_learners_line, learner_traceback


# What a task starts inherits its context.
IS_CLIENT: ContextVar[bool] = ContextVar("is_client", default=False)
BETWEEN_LOOKS = 0.02
# What asyncio reports of a task that waits when nobody knows it any more, and Python frees its memory.
LOST = "Task was destroyed but it is pending!"


class TaskErrors:
    """Knows the tasks that ended with an exception which nothing has asked for.

    asyncio reports such an exception when it frees the task: never, as long as the learner's code keeps it.
    """

    def __init__(self) -> None:
        self._failed: list[asyncio.Task[Any]] = []
        self._told: list[str] = []

    def watch(self, app: ASGIApp) -> ASGIApp:
        """Return the same app; when its server starts, all tasks of the server's loop are watched."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                asyncio.get_running_loop().set_task_factory(self.made)
            await app(scope, receive, send)

        return watched

    def made(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **options: Any,
    ) -> "asyncio.Task[Any]":
        """Make a task; this is a loop's task factory."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        task.add_done_callback(self.note)
        return task

    def note(self, task: "asyncio.Task[Any]") -> None:
        """Keep a task that has ended, if it failed."""
        if _is_unheard(task):
            self._failed.append(task)

    @property
    def tracebacks(self) -> list[str]:
        """The learner's lines of each exception that nothing has asked for, oldest first."""
        unheard = [error for task in self._failed if _is_unheard(task) and (error := task.exception())]
        self._told += [learner_traceback(error) for error in unheard if has_learners_line(error)]
        return list(self._told)


def _is_unheard(task: "asyncio.Task[Any]") -> bool:
    # To ask for the exception would be to take note of it; only this attribute tells whether anybody asked.
    return not task.cancelled() and bool(getattr(task, "_log_traceback", False))


class ClientTasks:
    """Knows all tasks that a client has started, directly or not, and ends them.

    Attributes:
        errors: What they raised.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self.errors = TaskErrors()

    @contextmanager
    def here(self) -> Iterator[None]:
        """Count what is started inside of this as the client's."""
        token = IS_CLIENT.set(True)
        try:
            yield
        finally:
            IS_CLIENT.reset(token)

    def made(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **options: Any,
    ) -> "asyncio.Task[Any]":
        """Make a task; this is the loop's task factory."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        if IS_CLIENT.get():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(self.errors.note)
        return task

    async def end(self, patience: float = 1.0) -> None:
        """Cancel the client's tasks, and wait until they have ended."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=patience)


class ServerTasks:
    """Counts the tasks of the loop on which an app runs, as soon as that loop is known."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lost = 0

    def watch(self, app: ASGIApp) -> ASGIApp:
        """Return the same app; from its first connection on its tasks can be counted."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if self._loop is None:
                self._loop = asyncio.get_running_loop()
                self._note_lost_tasks(self._loop)
            await app(scope, receive, send)

        return watched

    def count(self, wanted: int = 0, patience: float = 1.5) -> int:
        """Return how many tasks have not ended once they are at most `wanted`, or when the patience ends."""
        if self._loop is None:
            return 0
        counted = asyncio.run_coroutine_threadsafe(self._count(wanted, patience), self._loop)
        return Patience(patience + 1.0).wait(counted.result)

    def _note_lost_tasks(self, loop: asyncio.AbstractEventLoop) -> None:
        others = loop.get_exception_handler() or asyncio.AbstractEventLoop.default_exception_handler

        def note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            if context["message"] == LOST:
                self._lost += 1
            else:
                others(loop, context)

        loop.set_exception_handler(note)

    async def _count(self, wanted: int, patience: float) -> int:
        rest = Patience(patience)
        while wanted and self._others() > wanted and not rest.is_over:
            await asyncio.sleep(BETWEEN_LOOKS)
        return self._others()

    def _others(self) -> int:
        # A task that was lost has not ended either.
        return len(asyncio.all_tasks()) - 1 + self._lost
