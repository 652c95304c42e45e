"""The tasks of a client under check, apart from those of the server on the same loop."""

import asyncio
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from websocket_lab.checking.task_errors import TaskErrors


# What a task starts inherits its context.
IS_CLIENT: ContextVar[bool] = ContextVar("is_client", default=False)


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
