"""A call without its `await`: nothing happens, and Python only warns of it, on standard error."""

import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from websocket_lab.server.learner_traceback import is_learners_file, shown_name


UNAWAITED = re.compile(r"coroutine '([\w.<>]+)' was never awaited")
PATTERN = "coroutine .* was never awaited"
SENTENCE = (
    "{place}, line {line}: coroutine '{name}' was never awaited, so it never ran. "
    "Write await in front of the call."
)


@contextmanager
def forgotten_awaits(report: Callable[[str], None], thread: int | None = None) -> Iterator[None]:
    """Call `report` with a sentence about each call that a learner's line has not awaited.

    Args:
        report: What takes the sentence.
        thread: Whose calls, by its `ident`; without one, those of all threads with no report of their own.
    """
    _reports[thread] = report
    _watch()
    try:
        yield
    finally:
        # A check that could not be ended in time may end after the next one has begun.
        if _reports.get(thread) is report:
            del _reports[thread]


def _watch() -> None:
    global _others
    # Python warns of each place once; the second connection, and the next try, should be told, too.
    warnings.filterwarnings("always", message=PATTERN, category=RuntimeWarning)
    if warnings.showwarning is not _note:
        _others, warnings.showwarning = warnings.showwarning, _note


def _note(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    report = _reports.get(threading.get_ident()) or _reports.get(None)
    found = UNAWAITED.fullmatch(str(message))
    if report and found and is_learners_file(filename):
        # What Python would print names a temporary file, and ends with a line about tracemalloc.
        name = found[1].rpartition("<locals>.")[2]
        report(SENTENCE.format(place=shown_name(filename), line=lineno, name=name))
    else:
        _others(message, category, filename, lineno, file, line)


_reports: dict[int | None, Callable[[str], None]] = {}
_others = warnings.showwarning
