"""Notices when the process stands still, or its clients do, as on a machine that has too much to do."""

import threading
import time
from collections.abc import Callable
from typing import Self, TypeVar

from websocket_lab.client.client_loop import client_loop
from websocket_lab.grading.mismatch import Mismatch


TICK = 0.02
# Seconds. No step of a check is as narrow.
HARMLESS = 0.4
# After so many seconds no scene is played again.
LONGEST = 20.0
Scene = TypeVar("Scene")


class StallWatch:
    """A thread that looks at the clock again and again, as long as this is entered.

    Attributes:
        longest: Seconds by which a look came too late, at most.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True, name="websocket-lab-stall-watch")

    @property
    def stood_still(self) -> bool:
        """Whether the process stood still for so long that what was seen meanwhile proves nothing."""
        return self.longest > HARMLESS

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Look once more, and end."""
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        looked_at, used, is_last = time.monotonic(), time.process_time(), False
        while not is_last:
            is_last = self._is_over.wait(TICK)
            # The learner's server has its own loop: blocking that one is not a stall.
            client_loop().call(time.monotonic)
            now, cpu = time.monotonic(), time.process_time()
            # A thread that computes does not stand still, even where it keeps Python's lock.
            self.longest = max(self.longest, now - looked_at - TICK - (cpu - used))
            looked_at, used = now, cpu


def undisturbed(play: Callable[[], Scene]) -> Scene:
    """Return what `play` returns; play again, for some time, if the process stood still meanwhile."""
    end = time.monotonic() + LONGEST
    while True:
        watch = StallWatch()
        try:
            with watch:
                scene = play()
        except Mismatch:
            if not watch.stood_still or time.monotonic() > end:
                raise
        else:
            if not watch.stood_still or time.monotonic() > end:
                return scene
