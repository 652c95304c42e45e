"""What every page has and nobody writes twice: its links, its kernel check, and its box of remedies.

`sync` puts the links below the header and at the end, and the kernel check below the first links. An author
may move the two `kernel-check` cells, as long as their code stays the first to run. The remedies for everyone
are in `trouble.md`, those of one lesson in `remedies.toml`.
"""

import re
import tomllib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from authoring.exercise import Exercise
from authoring.lesson import GENERATED, Lesson
from authoring.notebook_format import new_cell


LESSON_CONTENTS = "[All lessons](../README.md) | [Glossary](../GLOSSARY.md)"
# At the foot alone: a reader who begins need not know the instruments' names yet.
INSTRUMENTS = "[Instruments](../INSTRUMENTS.md)"
LESSON_LINK = re.compile(r"\[\d+ · [^\]]*\]\(((?:\.\./notebooks/)?(\w+\.ipynb))\)")
KERNEL_WORDS = (
    "First, check that the kernel, the program that runs these cells, has everything this lesson needs. "
    "No output means that it does. The code is folded away; click the three dots to see it."
)
VISIT_WORDS = f"{KERNEL_WORDS} It also notes your visit: `progress()`, in lesson 0, shows your progress."
VISIT = """

from websocket_lab.grading.progress_file import record_visit

record_visit("{lesson}")"""
KERNEL_CHECK = """\
from importlib.util import find_spec

assert find_spec("websocket_lab"), (
    "This kernel does not have the course's packages. "
    "Choose Kernel ▸ Change Kernel… ▸ Python 3 (ipykernel), or, if that is "
    "the one you have, close JupyterLab and start it with: python3 start.py"
)"""


def furnish(lesson: Lesson, previous: Lesson | None, following: Lesson | None, exercises: str = "") -> None:
    """Give the lesson its navigation, its kernel check and its remedies, once each and up to date.

    Args:
        exercises: A line of links to what the reader may do now.
    """
    links = link_line(previous, following)
    foot = link_line(previous, following, f"{LESSON_CONTENTS} | {INSTRUMENTS}")
    written = [cell for cell in lesson.notebook.cells if not is_generated(cell)]
    where = _kernel_check_position(lesson)
    header, rest = written[:1], [*written[1:where], *_visit(lesson), *written[where:]]
    below = "\n\n".join(filter(None, [exercises, foot]))
    lesson.notebook.cells = [*header, top(links), *rest, footer(below, [lesson.number])]


def link_line(previous: Lesson | None, following: Lesson | None, between: str = LESSON_CONTENTS) -> str:
    """Return the links to the lesson before, to all lessons and to the lesson after."""
    return " | ".join([*link_back(previous), between, *link_on(following)])


def link_back(page: Lesson | None) -> list[str]:
    """Return the link to the page before, if there is one; its arrow stays beside the name."""
    return [f"[←\N{NO-BREAK SPACE}{page.name}]({page.path.name})"] if page else []


def link_on(page: Lesson | None) -> list[str]:
    """Return the link to the page after, if there is one; its arrow stays beside the name."""
    return [f"[{page.name}\N{NO-BREAK SPACE}→]({page.path.name})"] if page else []


def refresh_titles(lesson: Lesson, names: Mapping[str, str]) -> None:
    """Let every link of the form `[2 · Title](02_slug.ipynb)` show the title that lesson has now."""
    for cell in lesson.markdown:
        cell.node.source = LESSON_LINK.sub(lambda link: _with_name(link, names), cell.source)


def _with_name(link: re.Match[str], names: Mapping[str, str]) -> str:
    return f"[{names[link[2]]}]({link[1]})" if link[2] in names else link[0]


def is_generated(cell: NotebookNode) -> bool:
    """Return whether `sync` writes the cell and no author does."""
    return not GENERATED.isdisjoint(cell.metadata.get("tags", []))


def _kernel_check_position(lesson: Lesson) -> int:
    """Return how many of the author's cells come before the kernel check; one, if there is none yet."""
    tagged = [cell.number for cell in lesson.cells if "kernel-check" in cell.tags]
    before = [cell for cell in lesson.author_cells if tagged and cell.number < tagged[0]]
    return max(1, len(before))


def _visit(lesson: Lesson) -> list[NotebookNode]:
    return kernel_check(VISIT_WORDS, KERNEL_CHECK + VISIT.format(lesson=lesson.path.stem))


def kernel_check(words: str, code: str) -> list[NotebookNode]:
    """Return the cells that run first: what they are for, and their code, folded away."""
    check = new_cell("code", "kernel-check", "kernel-check", code)
    # Not the first thing that a reader should read.
    check.metadata["jupyter"] = {"source_hidden": True}
    return [new_cell("markdown", "kernel-check-words", "kernel-check", words), check]


def top(links: str) -> NotebookNode:
    """Return the cell of links below a header."""
    return new_cell("markdown", "navigation-top", "navigation", links)


def footer(links: str, lessons: Container[int]) -> NotebookNode:
    """Return the last cell: links, and what to do about trouble, in those lessons above all."""
    return new_cell("markdown", "navigation-end", "navigation", f"---\n\n{links}\n\n{box(lessons)}")


EXERCISE_CONTENTS = "[All lessons and exercises](../README.md) | [Glossary](../GLOSSARY.md)"
APART_WORDS = (
    "First, check that the kernel, the program that runs these cells, has everything this solution needs. "
    "Checks that pass in this notebook do not count towards your progress. "
    "The code is folded away; click the three dots to see it."
)
APART = """

from websocket_lab.grading.progress_database import keep_in_this_kernel

keep_in_this_kernel()"""


def furnish_solution(exercise: Exercise, lessons: Sequence[Lesson]) -> None:
    """Give a solution its links, to its exercise and its lesson, and what else is generated."""
    links = " | ".join([f"[{exercise.name}](../exercises/{exercise.path.name})", *_common(exercise, lessons)])
    check = kernel_check(APART_WORDS, KERNEL_CHECK + APART)
    above, below = f"This is the solution. {links}", footer(links, _lessons_before(exercise))
    exercise.notebook.cells = _furnished(exercise.notebook, above, below, check)


def furnish_exercise(
    notebook: NotebookNode, exercise: Exercise, exercises: Sequence[Exercise], lessons: Sequence[Lesson]
) -> None:
    """Give a learner's notebook its links, to its neighbours, its lesson and its solution, and the rest."""
    place = list(exercises).index(exercise)
    around = [None, *exercises, None]
    back, on = link_back(around[place]), link_on(around[place + 2])
    solution = f"[Its solution](../solutions/{exercise.path.name})"
    middle = " | ".join([*back, *_common(exercise, lessons), *on])
    end = " | ".join([*back, *_common(exercise, lessons), INSTRUMENTS, solution, *on])
    words = KERNEL_WORDS.replace("the lesson", "the exercise")
    below = footer(end, _lessons_before(exercise))
    notebook.cells = _furnished(notebook, middle, below, kernel_check(words, KERNEL_CHECK))


def exercise_links(lesson: Lesson, exercises: Sequence[Exercise]) -> str:
    """Return the links to the exercises that follow a lesson, as one line, or "" if there are none."""
    following = [exercise for exercise in exercises if exercise.follows == lesson.number]
    links = [f"[{exercise.name}](../exercises/{exercise.path.name})" for exercise in following]
    return f"**Now you:** {' · '.join(links)}" if links else ""


def _lessons_before(exercise: Exercise) -> range:
    # Writing your own code, you can meet any error that the lessons so far have warned of.
    return range((exercise.follows or 0) + 1)


def _common(exercise: Exercise, lessons: Sequence[Lesson]) -> list[str]:
    lesson = [lesson for lesson in lessons if lesson.number == exercise.follows]
    return [*(f"[Lesson {one.name}](../notebooks/{one.path.name})" for one in lesson), EXERCISE_CONTENTS]


def _furnished(
    notebook: NotebookNode, above: str, below: NotebookNode, check: list[NotebookNode]
) -> list[NotebookNode]:
    written = [cell for cell in notebook.cells if not is_generated(cell)]
    return [*written[:1], top(above), *check, *written[1:], below]


HERE = Path(__file__).parent
TABLE = "|---|---|\n"


@dataclass(frozen=True)
class Remedy:
    """A message that people meet in one lesson, and what to do about it."""

    lesson: int
    see: str
    do: str

    @property
    def row(self) -> str:
        """Its row in the table."""
        return f"| `{self.see}` | {self.do} |\n"


@cache
def remedies() -> list[Remedy]:
    """Return the remedies that belong to one lesson each."""
    content = tomllib.loads((HERE / "remedies.toml").read_text(encoding="utf-8"))
    return [Remedy(**remedy) for remedy in content["remedies"]]


def box(lessons: Container[int]) -> str:
    """Return the folded box; the remedies of these lessons come first."""
    everyone = (HERE / "trouble.md").read_text(encoding="utf-8").strip()
    # Of two lessons that explain one message, the later says more.
    own = {remedy.see: remedy.row for remedy in remedies() if remedy.lesson in lessons}
    return everyone.replace(TABLE, TABLE + "".join(own.values()), 1)
