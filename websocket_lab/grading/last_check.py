"""What this kernel checked last, for those who ask about it afterwards."""

from websocket_lab.grading.progress_file import tries
from websocket_lab.grading.verdict import Outcome


_sources: dict[str, str] = {}
_hints: dict[str, str] = {}


def remember(exercise: str, source: str | None, hint: str = "") -> None:
    """Keep the code that has been checked, without which what is known stays; and the verdict's hint."""
    _hints[exercise] = hint
    if source:
        _sources[exercise] = source


def last_hint(exercise: str) -> str:
    """Return the hint of this kernel's last verdict, or "" if there was none."""
    return _hints.get(exercise, "")


def last_source(exercise: str) -> str | None:
    """Return the code that was checked last: in this kernel, or else in any."""
    known = [_sources.get(exercise), *(one.source for one in reversed(tries(exercise)))]
    return next(filter(None, known), None)


def has_passed(exercise: str) -> bool:
    """Return whether the last check passed."""
    done = tries(exercise)
    return bool(done) and done[-1].outcome == Outcome.PASSED


def failed_step(exercise: str) -> str:
    """Return the step at which the last check stopped, or "" if there was none or it passed."""
    done = tries(exercise)
    return done[-1].step if done else ""
