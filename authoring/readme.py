"""The README's tables of lessons and exercises, written from the notebooks themselves."""

import re
from pathlib import Path

from authoring.exercise import Exercise
from authoring.faults import Fault
from authoring.lesson import Lesson, step_names


LESSONS = "lessons"
EXERCISES = "exercises"
LESSON_HEAD = "| No. | Lesson | What you see live | Minutes | The server |\n|---:|---|---|---:|---|"
EXERCISE_HEAD = (
    "| No. | Exercise | What you build | Minutes | Difficulty | After lesson |\n|---:|---|---|---:|---|---:|"
)


def with_tables(readme: str, lessons: list[Lesson], exercises: list[Exercise], root: Path) -> str:
    """Return the README's text with the tables of lessons and exercises, each between its two markers."""
    rows = [_row(lesson, root) for lesson in lessons]
    readme = with_rows(readme, LESSONS, [LESSON_HEAD, *rows, _sum(lessons)])
    return with_rows(readme, EXERCISES, [EXERCISE_HEAD, *map(_exercise_row, exercises)])


def missing_markers(readme: str, has_exercises: bool) -> list[Fault]:
    """Return a fault for each table that has no place."""
    wanted = [LESSONS, EXERCISES] if has_exercises else [LESSONS]
    return [
        Fault(
            "README.md",
            f"has no place for the table of {name}; write {' and '.join(_markers(name))} on two lines.",
        )
        for name in wanted
        if not _between(name).search(readme)
    ]


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- {name}:start -->", f"<!-- {name}:end -->"


def _between(name: str) -> re.Pattern[str]:
    start, end = _markers(name)
    return re.compile(f"(?<={start}).*?(?={end})", re.DOTALL)


def with_rows(readme: str, name: str, rows: list[str]) -> str:
    """Return the page with these lines between its two markers of that name."""
    return _between(name).sub(lambda _: "\n" + "\n".join(rows) + "\n", readme, count=1)


def _exercise_row(exercise: Exercise) -> str:
    title = f"[{exercise.title}](exercises/{exercise.path.name})"
    terms = (exercise.minutes or "", exercise.difficulty or "", exercise.follows or "")
    return _cells([str(exercise.number), title, exercise.promise or "", *map(str, terms)])


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _row(lesson: Lesson, root: Path) -> str:
    title = f"[{lesson.title}](notebooks/{lesson.path.name})"
    return _cells(
        [str(lesson.number), title, lesson.promise or "", str(lesson.minutes or ""), _step(lesson, root)]
    )


def _sum(lessons: list[Lesson]) -> str:
    minutes = sum(lesson.minutes or 0 for lesson in lessons)
    hours = max(1, round(minutes / 60))
    return _cells(["", "All lessons", f"About {hours} hour{'s' * (hours > 1)}.", str(minutes), ""])


def _step(lesson: Lesson, root: Path) -> str:
    # The lesson itself names the others: here they would be a wall of links.
    names = step_names(root, lesson)
    return f"[{names[0]}.py](server_snippets/{names[0]}.py)" if names else "–"
