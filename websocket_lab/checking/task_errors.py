"""What the learner's own tasks raised, where nothing awaits them."""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from websocket_lab.server.learner_traceback import has_learners_line, learner_traceback


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
    # To ask for the exception would be to hear it; only this attribute tells whether anything has asked.
    return not task.cancelled() and bool(getattr(task, "_log_traceback", False))
