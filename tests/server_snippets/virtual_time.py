"""An event loop in which time passes only while all wait: then its clock jumps to what is due next.

So a pause is exactly as long as it says, however slow the machine is, and no test waits for it.
"""

import asyncio
from collections.abc import Coroutine
from selectors import DefaultSelector, SelectorKey
from typing import Any, TypeVar


Result = TypeVar("Result")


class JumpingSelector(DefaultSelector):
    """Waits for nothing: as long as it should, its clock goes on."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what is ready now."""
        self.now += timeout or 0.0
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Asks its selector for the time."""

    def __init__(self) -> None:
        self._clock = JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Return the seconds that all have waited so far."""
        return self._clock.now


def run(story: Coroutine[Any, Any, Result]) -> Result:
    """Do as `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(story)
