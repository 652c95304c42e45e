"""`progress()`: the course at a glance, lessons visited and exercises passed."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from websocket_lab.exercise import exercise_notebook
from websocket_lab.exercise.progress_file import has_passed, honest_tries, visits
from websocket_lab.widgets.card import Card, heading, safe


TITLE = re.compile(r"^# (?:Exercise )?(.+?)\s*$", re.MULTILINE)
NUMBERED = "[0-9][0-9]_*.ipynb"


@dataclass(frozen=True)
class Line:
    """One lesson or exercise: what it is called, where it is, and how far the learner is with it."""

    title: str
    link: str
    is_done: bool
    words: str


def progress() -> Card:
    """Show which lessons have been visited and which exercises passed, and after how many tries."""
    lessons, exercises = lesson_lines(), exercise_lines()
    heads = [_counted("Lessons visited", lessons), _counted("Exercises passed", exercises)]
    text = "\n".join([heads[0], *map(_text, lessons), heads[1], *map(_text, exercises)])
    tables = [_table(head, lines) for head, lines in zip(heads, (lessons, exercises), strict=True)]
    return Card(text, f"{heading('Your progress')}{''.join(tables)}", "Your progress")


def lesson_lines() -> list[Line]:
    """Return the lessons in order."""
    seen = visits()
    paths = sorted((exercise_notebook.ROOT / "notebooks").glob(NUMBERED))
    return [_line(path, path.stem in seen, "visited" if path.stem in seen else "not yet") for path in paths]


def exercise_lines() -> list[Line]:
    """Return the exercises in order."""
    return [_exercise_line(name) for name in exercise_notebook.exercise_ids()]


def _exercise_line(exercise: str) -> Line:
    is_done, tries = has_passed(exercise), honest_tries(exercise)
    counted = f"{tries + is_done} {'try' if tries + is_done == 1 else 'tries'}"
    words = f"passed, {counted}" if is_done else counted if tries else "not begun"
    solution = exercise_notebook.solution_path(exercise)
    path = exercise_notebook.ROOT / "exercises" / solution.name
    return _line(path if path.exists() else solution, is_done, words)


def _line(path: Path, is_done: bool, words: str) -> Line:
    return Line(_title(path), f"../{path.parent.name}/{path.name}", is_done, words)


def _title(path: Path) -> str:
    # Not by `nbformat`, which takes seconds to import.
    try:
        first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    except (OSError, RecursionError, ValueError, LookupError, TypeError):
        # A notebook that the learner has broken has a name all the same.
        first = ""
    found = TITLE.search(first)
    return found[1] if found else path.stem.replace("_", " ")


def _counted(what: str, lines: Sequence[Line]) -> str:
    return f"{what}: {sum(line.is_done for line in lines)} of {len(lines)}"


def _text(line: Line) -> str:
    return f"  {'✓' if line.is_done else '·'} {line.title} ({line.words})"


def _table(head: str, lines: Sequence[Line]) -> str:
    rows = "".join(map(_row, lines))
    return (
        f'<table class="wsl-table wsl-progress"><caption>{safe(head)}</caption><tbody>{rows}</tbody></table>'
    )


def _row(line: Line) -> str:
    look, sign = ("wsl-done", "✓ ") if line.is_done else ("wsl-open", "")
    title = f'<a href="{safe(line.link)}">{safe(line.title)}</a>'
    return f'<tr><th scope="row">{title}</th><td class="{look}">{sign}{safe(line.words)}</td></tr>'
