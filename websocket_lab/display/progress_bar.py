"""A progress bar on the terminal's error output, beside whatever is printed for good."""

import sys
from types import TracebackType
from typing import Self, TextIO


WIDTH = 24
CLEAR = "\r\x1b[K"


class ProgressBar:
    """How many of `total` things are done; on anything but a terminal a line for each thing.

    Args:
        total: How many there are; of one alone nothing is shown.
        stream: Where it is drawn.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total = total
        self.done = 0
        self._stream = stream or sys.stderr

    def show(self, name: str) -> None:
        """Draw the bar, with the name of what is at work now."""
        if self.total > 1:
            filled = WIDTH * self.done // self.total
            bar = f"{'█' * filled}{'░' * (WIDTH - filled)} {self.done} of {self.total}  {name}"
            self._draw(
                f"{CLEAR}{bar}" if self._stream.isatty() else f"{self.done + 1} of {self.total}: {name}\n"
            )

    def advance(self) -> None:
        """Count one thing as done."""
        self.done += 1

    def __enter__(self) -> Self:
        """Begin; nothing is drawn yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Take the bar away."""
        if self.total > 1 and self._stream.isatty():
            self._draw(CLEAR)

    def _draw(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
