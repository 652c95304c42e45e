"""When a view of the wire is drawn: soon after a change, and at most ten times a second."""

from collections.abc import Callable
from threading import Lock, Timer
from time import monotonic


SHORTEST_PAUSE = 0.1


class Repainter:
    """Calls `paint` in a thread of its own, once for all the changes that come together.

    Args:
        paint: Draws what there is now.
    """

    def __init__(self, paint: Callable[[], None]) -> None:
        self._paint = paint
        self._is_due = False
        self._next_time = 0.0
        self._turn = Lock()

    def soon(self) -> None:
        """Paint soon; any thread may say so, and does not wait for the picture."""
        with self._turn:
            if self._is_due:
                return
            self._is_due = True
            timer = Timer(max(0.0, self._next_time - monotonic()), self._paint_now)
        timer.daemon = True
        timer.start()

    def _paint_now(self) -> None:
        with self._turn:
            # What comes from now on may miss this picture, so it asks for another one.
            self._is_due = False
            self._next_time = monotonic() + SHORTEST_PAUSE
        self._paint()
