"""`progress()`: the course at a glance, each exercise below the lesson that it follows."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from websocket_lab.exercise import exercise_notebook
from websocket_lab.exercise.learner_notebook import learner_notebook
from websocket_lab.exercise.progress_file import has_passed, honest_tries, visits
from websocket_lab.widgets.card import Card, heading, safe


TITLE = re.compile(r"^# (.+?)\s*$", re.MULTILINE)
FOLLOWED = re.compile(r"\bafter (?:\[|lesson )(\d+)\b")
NUMBERED = "[0-9][0-9]_*.ipynb"
# What names no lesson comes after all of them.
LAST = 100


@dataclass(frozen=True)
class Line:
    """One lesson or exercise: what it is called, where it is, and how far the learner is with it.

    Attributes:
        lesson: The number of the lesson, or of the lesson that the exercise follows.
    """

    title: str
    link: str
    is_done: bool
    words: str
    lesson: int
    is_exercise: bool = False


def progress() -> Card:
    """Show which lessons have been visited and which exercises passed, and after how many tries."""
    lessons, exercises = lesson_lines(), exercise_lines()
    head = f"{_counted('Lessons visited', lessons)} {_counted('Exercises passed', exercises)}"
    lines = sorted([*lessons, *exercises], key=lambda line: (line.lesson, line.is_exercise))
    text = "\n".join([head, *map(_text, lines)])
    return Card(text, f"{heading('Your progress')}{_table(head, lines)}", "Your progress")


def lesson_lines() -> list[Line]:
    """Return the lessons in order."""
    seen = visits()
    return [
        Line(
            _title(_header(path), path),
            _link(path),
            is_done=path.stem in seen,
            words="visited" if path.stem in seen else "not yet",
            lesson=int(path.name[:2]),
        )
        for path in sorted((exercise_notebook.ROOT / "notebooks").glob(NUMBERED))
    ]


def exercise_lines() -> list[Line]:
    """Return the exercises in order."""
    return [_exercise_line(name) for name in exercise_notebook.exercise_ids()]


def _exercise_line(exercise: str) -> Line:
    is_done, tries = has_passed(exercise), honest_tries(exercise)
    counted = f"{tries + is_done} {'try' if tries + is_done == 1 else 'tries'}"
    words = f"passed, {counted}" if is_done else counted if tries else "not begun"
    solution = exercise_notebook.solution_path(exercise)
    # Its title and its number are those of today, whatever the learner's notebook says.
    header = _header(solution)
    follows = FOLLOWED.search(header)
    path = learner_notebook(exercise) or solution
    if path.name != solution.name:
        words = f"{words}; your work is in {path.name}"
    lesson = int(follows[1]) if follows else LAST
    return Line(_title(header, solution), _link(path), is_done, words, lesson, is_exercise=True)


def _link(path: Path) -> str:
    return f"../{path.parent.name}/{path.name}"


def _header(path: Path) -> str:
    # Not by `nbformat`, which takes seconds to import.
    try:
        return "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    except (OSError, RecursionError, ValueError, LookupError, TypeError):
        # A notebook that the learner has broken has a name all the same.
        return ""


def _title(header: str, path: Path) -> str:
    found = TITLE.search(header)
    return found[1] if found else path.stem.replace("_", " ")


def _counted(what: str, lines: Sequence[Line]) -> str:
    return f"{what}: {sum(line.is_done for line in lines)} of {len(lines)}."


def _text(line: Line) -> str:
    indent = "    " if line.is_exercise else "  "
    return f"{indent}{'✓' if line.is_done else '·'} {line.title} ({line.words})"


def _table(head: str, lines: Sequence[Line]) -> str:
    rows = "".join(map(_row, lines))
    return (
        f'<table class="wsl-table wsl-progress"><caption>{safe(head)}</caption><tbody>{rows}</tbody></table>'
    )


def _row(line: Line) -> str:
    look, sign = ("wsl-done", "✓ ") if line.is_done else ("wsl-open", "")
    title = f'<a href="{safe(line.link)}">{safe(line.title)}</a>'
    kind = ' class="wsl-exercise"' if line.is_exercise else ""
    return f'<tr><th scope="row"{kind}>{title}</th><td class="{look}">{sign}{safe(line.words)}</td></tr>'
