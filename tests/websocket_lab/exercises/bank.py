"""What every bank of right and wrong servers needs: how each must do under its check."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from websocket_lab.grading.check import BUSY, check
from websocket_lab.grading.verdict import Verdict


MakeApp = Callable[..., Starlette]
SLOW_SECONDS = 0.08
MOST_TRIES = 30


class SlowSends:
    """ASGI middleware: each message takes its time on the way out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_slowly(message: Message) -> None:
            if message["type"] == "websocket.send":
                await asyncio.sleep(SLOW_SECONDS)
            await send(message)

        await self._app(scope, receive, send_slowly)


def slow(make_app: MakeApp) -> MakeApp:
    """Return a function that makes the same server, with 80 ms for each message that it sends."""

    def make_slow_app(*arguments: Any, **options: Any) -> Starlette:
        app = make_app(*arguments, **options)
        app.add_middleware(SlowSends)
        return app

    return make_slow_app


def judged(exercise: str, make_app: MakeApp) -> Verdict:
    """Return the verdict; check again, a few times, where other programs have kept the computer busy."""
    verdict = check(exercise, make_app)
    for _ in range(MOST_TRIES - 1):
        if verdict.message == BUSY:
            verdict = check(exercise, make_app)
    return verdict


def passes(exercise: str, make_app: MakeApp) -> None:
    """Assert that the check accepts a right server."""
    verdict = judged(exercise, make_app)

    assert verdict.outcome == "passed", verdict
    assert verdict.step == ""


def fails(exercise: str, make_app: MakeApp, step: str, words: str) -> Verdict:
    """Assert that the check rejects a wrong server at `step`, with a message that has these words."""
    verdict = judged(exercise, make_app)

    assert verdict.outcome in ("failed", "error", "timed out"), verdict
    assert verdict.step == step, verdict
    assert words in verdict.message, verdict
    return verdict
