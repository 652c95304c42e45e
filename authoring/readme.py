"""The README's table of lessons, written from the lessons themselves."""

import re
from pathlib import Path

from authoring.faults import Fault
from authoring.lesson import Lesson, step_names


START, END = "<!-- lessons:start -->", "<!-- lessons:end -->"
BETWEEN = re.compile(f"(?<={START}).*?(?={END})", re.DOTALL)
HEAD = "| | Lesson | What you see live | Minutes | The server |\n|---:|---|---|---:|---|"


def with_table(readme: str, lessons: list[Lesson], root: Path) -> str:
    """Return the README's text with the table of these lessons between its two markers."""
    rows = "\n".join([HEAD, *(_row(lesson, root) for lesson in lessons)])
    return BETWEEN.sub(lambda _: f"\n{rows}\n", readme, count=1)


def missing_markers(readme: str) -> list[Fault]:
    """Return a fault if there is no place for the table."""
    if BETWEEN.search(readme):
        return []
    return [
        Fault("README.md", f"has no place for the table of lessons; write {START} and {END} on two lines.")
    ]


def _row(lesson: Lesson, root: Path) -> str:
    title = f"[{lesson.title}](notebooks/{lesson.path.name})"
    cells = [str(lesson.number), title, lesson.promise or "", str(lesson.minutes or ""), _steps(lesson, root)]
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _steps(lesson: Lesson, root: Path) -> str:
    links = [f"[{name}.py](server_snippets/{name}.py)" for name in step_names(root, lesson)]
    return " · ".join(links) or "–"
