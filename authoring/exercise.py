"""An exercise, read from its solution; the learner's notebook is built from it.

The header is the first cell, in this form:

    # Exercise 1 · Private messages
    **Ana whispers to Ben, and Eve hears nothing.**
    Why that matters …

    *20 minutes · easy · after [8 · Chat rooms](../notebooks/08_chat_rooms.ipynb).*

A lesson that is not written yet is named as `after lesson 10`; `sync` makes a link of it later.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode

from authoring.drift import is_for_everyone
from authoring.lesson import FILE_NAME, Cell, Lesson
from websocket_lab.grading.exercise_notebook import (
    FOLLOWED,
    LAST,
    SERVER,
    SOLUTION_ONLY,
    as_exercise,
    followed_lesson,
)


TITLE = re.compile(r"^# Exercise (\d+) · (.+?)\s*$", re.MULTILINE)
TERMS = re.compile(r"^\*(\d+) minutes · (easy|medium|hard) · after (.+)\.\*\s*$", re.MULTILINE)


@dataclass
class Exercise(Lesson):
    """One numbered exercise of the course: its solution, from which all else comes."""

    @property
    def name(self) -> str:
        """Number and title, as links show them: `Exercise 1 · Private messages`."""
        found = TITLE.match(self.header)
        title = found[2] if found else self.slug.replace("_", " ")
        return f"Exercise {found[1] if found else self.number} · {title}"

    @property
    def counted(self) -> list[Cell]:
        """The author's cells that the learner gets."""
        return [cell for cell in self.author_cells if SOLUTION_ONLY not in cell.tags]

    @property
    def server(self) -> list[Cell]:
        """The code cells that build what is checked."""
        return [cell for cell in self.code if SERVER in cell.tags and SOLUTION_ONLY not in cell.tags]

    @property
    def minutes(self) -> int | None:
        """How long it takes."""
        found = TERMS.search(self.header)
        return int(found[1]) if found else None

    @property
    def difficulty(self) -> str | None:
        """Whether it is easy, medium or hard."""
        found = TERMS.search(self.header)
        return found[2] if found else None

    @property
    def follows(self) -> int | None:
        """The number of the lesson after which it comes."""
        return followed_lesson(self.header)

    def learners(self) -> NotebookNode:
        """Return the learner's notebook, without what is generated; ValueError where a marker is alone."""
        notebook = as_exercise(self.notebook)
        notebook.cells = [cell.node for cell in Exercise(self.path, notebook).author_cells]
        return notebook


def solution_paths(root: Path) -> list[Path]:
    """Return the solutions in order."""
    return sorted(path for path in (root / "solutions").glob("*.ipynb") if FILE_NAME.fullmatch(path.stem))


def strays(root: Path) -> dict[Path, str]:
    """Return the notebooks that are no exercise, each with what is to be done."""
    solutions = solution_paths(root)
    misnamed = set((root / "solutions").glob("*.ipynb")) - set(solutions)
    orphans = {path.name for path in (root / "exercises").glob("*.ipynb")} - {path.name for path in solutions}
    if not is_for_everyone():
        # A learner's notebook may have the number that its exercise had in an earlier version.
        orphans -= {name for path in solutions for name in orphans if name[2:] == path.name[2:]}
    return dict.fromkeys(sorted(misnamed), "is no solution by its name; call it NN_topic.ipynb.") | {
        root / "exercises" / name: f"has no solution; write solutions/{name}, or delete it."
        for name in sorted(orphans)
    }


def in_order(pages: Iterable[Lesson]) -> list[Lesson]:
    """Return lessons and exercises in the order in which a learner meets them."""
    return sorted(pages, key=_place)


def _place(page: Lesson) -> tuple[int, bool, int]:
    if isinstance(page, Exercise):
        # An exercise that names no lesson comes last.
        return LAST if page.follows is None else page.follows, True, page.number
    return page.number, False, 0


def out_of_order(exercises: Sequence[Exercise]) -> Iterator[tuple[Exercise, Exercise]]:
    """Yield each exercise that a learner meets before one with a smaller number, beside that one."""
    for before, exercise in pairwise(sorted(exercises, key=lambda exercise: exercise.number)):
        if before.follows is not None and exercise.follows is not None and exercise.follows < before.follows:
            yield exercise, before


def link_lesson(exercise: Exercise, names: Mapping[int, tuple[str, str]]) -> None:
    """Make a link of the lesson that the header names by its number, if there is such a lesson."""
    if found := names.get(exercise.follows or 0):
        name, file = found
        link = f"after [{name}](../notebooks/{file})"
        cell = exercise.notebook.cells[0]
        cell.source = FOLLOWED.sub(lambda _: link, cell.source, count=1)
