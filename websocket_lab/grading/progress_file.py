"""What the learner has done so far: lessons visited, and tries at exercises."""

from dataclasses import dataclass
from datetime import UTC, datetime

from websocket_lab.grading.learner_source import meaning
from websocket_lab.grading.progress_database import ask
from websocket_lab.server.safe_text import encodable


PASSED, NOT_STARTED, ENVIRONMENT = "passed", "not started", "environment"


@dataclass(frozen=True)
class Try:
    """One check of an exercise: how it ended, at which step, and of which code."""

    outcome: str
    step: str = ""
    source: str | None = None


def record_visit(lesson: str) -> None:
    """Note that a lesson, such as `02_echo`, has been opened and run."""
    ask("INSERT OR IGNORE INTO visits (lesson, at) VALUES (?, ?)", lesson, _now())


def record_try(exercise: str, outcome: str, step: str = "", source: str | None = None) -> None:
    """Note one check of an exercise."""
    columns = "at, exercise, outcome, step, source"
    # Half a surrogate pair is a legal str, and no file takes it.
    source = source and encodable(source)
    ask(f"INSERT INTO tries ({columns}) VALUES (?, ?, ?, ?, ?)", _now(), exercise, str(outcome), step, source)


def visits() -> set[str]:
    """Return the lessons that have been visited."""
    return {str(lesson) for (lesson,) in ask("SELECT lesson FROM visits")}


def tries(exercise: str) -> list[Try]:
    """Return the tries at an exercise, oldest first."""
    rows = ask("SELECT outcome, step, source FROM tries WHERE exercise = ? ORDER BY number", exercise)
    return [Try(*row) for row in rows]


def has_passed(exercise: str) -> bool:
    """Return whether a check of the exercise has ever passed."""
    return any(one.outcome == PASSED for one in tries(exercise))


def honest_tries(exercise: str) -> int:
    """Return how often the check has turned down code that the learner had changed."""
    judged = [one for one in tries(exercise) if one.outcome not in (NOT_STARTED, ENVIRONMENT)]
    sources = [meaning(one.source) if one.source else None for one in judged]
    changed = [now is None or now != before for before, now in zip([None, *sources], sources, strict=False)]
    return sum(new and one.outcome != PASSED for new, one in zip(changed, judged, strict=True))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
