"""`progress()`: the course at a glance, each your-turn and each exercise below its lesson."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from websocket_lab.display.card import Card, heading, safe
from websocket_lab.grading import exercise_notebook
from websocket_lab.grading.exercise import find
from websocket_lab.grading.learner_notebook import learner_notebook
from websocket_lab.grading.progress_file import has_passed, honest_tries, visits


TITLE = re.compile(r"^# (.+?)\s*$", re.MULTILINE)
NUMBERED = "[0-9][0-9]_*.ipynb"
# In the order in which they are met, with what is said of those that are done.
LESSON, YOUR_TURN, EXERCISE = KINDS = ("Lessons visited", "Your turns passed", "Exercises passed")


@dataclass(frozen=True)
class Line:
    """One lesson, your-turn or exercise: what it is called, where it is, and how far the learner is with it.

    Attributes:
        lesson: The number of the lesson, of the your-turn's lesson, or of the one that the exercise follows.
    """

    title: str
    link: str
    is_done: bool
    words: str
    lesson: int
    kind: str = LESSON


def progress() -> Card:
    """Show which lessons were visited, which your-turns and exercises passed, and after how many tries."""
    found = [*lesson_lines(), *your_turn_lines(), *exercise_lines()]
    lines = sorted(found, key=lambda line: (line.lesson, KINDS.index(line.kind)))
    head = " ".join(_counted(kind, [line for line in lines if line.kind == kind]) for kind in KINDS)
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


def your_turn_lines() -> list[Line]:
    """Return the your-turns in the order of their lessons."""
    return [_your_turn_line(name, path) for name, path in exercise_notebook.your_turns().items()]


def _your_turn_line(name: str, answer: Path) -> Line:
    number = answer.name[:2]
    lesson = next((exercise_notebook.ROOT / "notebooks").glob(f"{number}_*.ipynb"), answer)
    is_done, words = _tried(name)
    title = find(name).title
    return Line(
        f"Your turn: {title[:1].lower()}{title[1:]}", _link(lesson), is_done, words, int(number), YOUR_TURN
    )


def exercise_lines() -> list[Line]:
    """Return the exercises in order."""
    return [_exercise_line(name) for name in exercise_notebook.exercise_ids()]


def _exercise_line(exercise: str) -> Line:
    is_done, words = _tried(exercise)
    solution = exercise_notebook.solution_path(exercise)
    # Its title and its number are those of today, whatever the learner's notebook says.
    header = _header(solution)
    path = learner_notebook(exercise) or solution
    if path.name != solution.name:
        words = f"{words}; your work is in {path.name}"
    follows = exercise_notebook.followed_lesson(header)
    lesson = exercise_notebook.LAST if follows is None else follows
    return Line(_title(header, solution), _link(path), is_done, words, lesson, EXERCISE)


def _tried(exercise: str) -> tuple[bool, str]:
    """Return whether an exercise or a your-turn has passed, and how that went, in words."""
    is_done, tries = has_passed(exercise), honest_tries(exercise)
    counted = f"{tries + is_done} {'try' if tries + is_done == 1 else 'tries'}"
    return is_done, f"passed, {counted}" if is_done else counted if tries else "not begun"


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
    indent = "  " if line.kind == LESSON else "    "
    return f"{indent}{'✓' if line.is_done else '·'} {line.title} ({line.words})"


def _table(head: str, lines: Sequence[Line]) -> str:
    rows = "".join(map(_row, lines))
    return (
        f'<table class="wsl-table wsl-progress"><caption>{safe(head)}</caption><tbody>{rows}</tbody></table>'
    )


def _row(line: Line) -> str:
    look, sign = ("wsl-done", "✓ ") if line.is_done else ("wsl-open", "")
    title = f'<a href="{safe(line.link)}">{safe(line.title)}</a>'
    indent = "" if line.kind == LESSON else ' class="wsl-exercise"'
    return f'<tr><th scope="row"{indent}>{title}</th><td class="{look}">{sign}{safe(line.words)}</td></tr>'
