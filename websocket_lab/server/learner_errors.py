"""Sees every exception that leaves the learner's app, and lets uvicorn see it too."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


class LearnerErrors:
    """ASGI middleware that hands each exception of `app` to `report` and raises it on."""

    def __init__(self, app: ASGIApp, report: Callable[[str, BaseException], None]) -> None:
        self._app = app
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app for one connection, or for its lifespan."""
        try:
            await self._app(scope, receive, send)
        except BaseException as error:
            if not is_cancelled(error):
                self._report(scope.get("path", scope["type"]), error)
            raise

    def loop_handler(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Report what a task of the learner raised and nobody awaited."""
        if error := context.get("exception"):
            self._report("a background task", error)
        else:
            loop.default_exception_handler(context)


def is_cancelled(error: BaseException) -> bool:
    """Return whether somebody else has cancelled the task that raises this."""
    # A handler that raises CancelledError by itself, or awaits a cancelled task, has not been cancelled.
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0
