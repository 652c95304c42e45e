"""A call without its `await`: nothing happens, and Python only warns of it."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


UNAWAITED = re.compile(r"coroutine '([\w.<>]+)' was never awaited")
CAUSE = "Line {line} of your cell calls {name} without await, so it never runs. Write await in front of it."


@contextmanager
def forgotten_awaits() -> Iterator[list[str]]:
    """Give a list that gets a sentence for each call that was not awaited, for as long as this is entered."""
    causes: list[str] = []

    def note(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if found := UNAWAITED.fullmatch(str(message)):
            # What Python would print tells less, and ends with a line about tracemalloc.
            causes.append(CAUSE.format(line=lineno, name=found[1].rpartition(".")[2]))
        else:
            others(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        # Python tells of each place once, and a second check should say it again.
        warnings.filterwarnings("always", message="coroutine .* was never awaited", category=RuntimeWarning)
        others, warnings.showwarning = warnings.showwarning, note
        yield causes
