"""What the README says of lessons, exercises and the website, written from what there is."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from authoring.exercise import Exercise, in_order
from authoring.faults import Fault
from authoring.lesson import Lesson, step_names


LESSONS = "lessons"
WEBSITE = "site"
# In pyproject.toml, below [project.urls]; whoever publishes the website writes its address there.
ADDRESS = "Website"
UNPUBLISHED = (
    "- **Read it** as a website, with everything that the lessons show: `python -m authoring site OUT` "
    "builds it, and [CONTRIBUTING.md](CONTRIBUTING.md#publish-the-website) tells how to publish it."
)
PUBLISHED = "- **Read it** in your browser, with everything that the lessons show: [{address}]({address})."
HEAD = "| No. | Lesson or exercise | What you see or build | Minutes | The server |\n|---:|---|---|---:|---|"


def with_table(readme: str, lessons: list[Lesson], exercises: list[Exercise], root: Path) -> str:
    """Return the README's text with the lessons, each followed by its exercises, between its two markers."""
    rows = [_row(page, root) for page in in_order([*lessons, *exercises])]
    sums = [_sum("lessons", lessons), *([_sum("exercises", exercises)] if exercises else [])]
    return with_rows(readme, LESSONS, [HEAD, *rows, *sums])


def with_website(readme: str, root: Path) -> str:
    """Return the README's text with the website's address, if it is published, between its two markers."""
    project = root / "pyproject.toml"
    settings = tomllib.loads(project.read_text(encoding="utf-8")) if project.exists() else {}
    address = settings.get("project", {}).get("urls", {}).get(ADDRESS)
    return with_rows(readme, WEBSITE, [PUBLISHED.format(address=address) if address else UNPUBLISHED])


def missing_markers(readme: str) -> list[Fault]:
    """Return a fault if the table has no place."""
    if _between(LESSONS).search(readme):
        return []

    words = f"has no place for the table of lessons; write {' and '.join(_markers(LESSONS))} on two lines."
    return [Fault("README.md", words)]


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- {name}:start -->", f"<!-- {name}:end -->"


def _between(name: str) -> re.Pattern[str]:
    start, end = _markers(name)
    return re.compile(f"(?<={start}).*?(?={end})", re.DOTALL)


def with_rows(readme: str, name: str, rows: list[str]) -> str:
    """Return the page with these lines between its two markers of that name."""
    return _between(name).sub(lambda _: "\n" + "\n".join(rows) + "\n", readme, count=1)


def _exercise_row(exercise: Exercise) -> str:
    title = f"Exercise {exercise.number} · [{exercise.title}](exercises/{exercise.path.name})"
    terms = ", ".join(filter(None, [title, exercise.difficulty]))
    return _cells(["", terms, exercise.promise or "", str(exercise.minutes or ""), ""])


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _row(page: Lesson, root: Path) -> str:
    return _exercise_row(page) if isinstance(page, Exercise) else _lesson_row(page, root)


def _lesson_row(lesson: Lesson, root: Path) -> str:
    title = f"[{lesson.title}](notebooks/{lesson.path.name})"
    return _cells(
        [str(lesson.number), title, lesson.promise or "", str(lesson.minutes or ""), _step(lesson, root)]
    )


def _sum(what: str, pages: Sequence[Lesson]) -> str:
    minutes = sum(page.minutes or 0 for page in pages)
    hours = max(1, round(minutes / 60))
    return _cells(["", f"All {what}", f"About {hours} hour{'s' * (hours > 1)}.", str(minutes), ""])


def _step(lesson: Lesson, root: Path) -> str:
    # The lesson itself names the others: here they would be a wall of links.
    names = step_names(root, lesson)
    return f"[{names[0]}.py](server_snippets/{names[0]}.py)" if names else "–"
