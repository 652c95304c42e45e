"""What every page has and nobody writes twice: its links, its kernel check, and its box of remedies.

`sync` puts the links below the header and at the end, and the kernel check below the first links. An author
may move the two `kernel-check` cells, as long as no code above them imports anything. The remedies of one
lesson are in `remedies.toml`; `docs/troubleshooting.md` shows them all, below those for every lesson.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from authoring.exercise import Exercise
from authoring.lesson import GENERATED, Lesson
from authoring.notebook_format import new_cell


LESSON_CONTENTS = "[All lessons](../README.md) | [Glossary](../GLOSSARY.md)"
# At the foot alone: a reader who begins need not know the instruments' names yet.
FOR_LATER = "[Instruments](../INSTRUMENTS.md) | [Troubleshooting](../docs/troubleshooting.md)"
LESSON_LINK = re.compile(r"\[\d+ · [^\]]*\]\(((?:\.\./notebooks/)?(\w+\.ipynb))\)")
KERNEL_WORDS = "Setup check. No output means that your kernel has everything this {page} needs."
VISIT_WORDS = f"{KERNEL_WORDS} It also records your visit for `progress()`."
# Where the import fails, the traceback shows this comment above it, though the code is folded.
KERNEL_CHECK = """\
# It fails? Choose Kernel ▸ Change Kernel… ▸ Python 3 (ipykernel), or start again: python3 start.py
{code}"""
VISIT = """\
from websocket_lab.grading.progress_file import record_visit

record_visit("{lesson}")"""
IMPORT = "import websocket_lab"


def furnish(lesson: Lesson, previous: Lesson | None, following: Lesson | None, exercises: str = "") -> None:
    """Give the lesson its navigation, its kernel check and its remedies, once each and up to date.

    Args:
        exercises: A line of links to what the reader may do now.
    """
    links = link_line(previous, following)
    foot = link_line(previous, following, f"{LESSON_CONTENTS} | {FOR_LATER}")
    written = [cell for cell in lesson.notebook.cells if not is_generated(cell)]
    where = _kernel_check_position(lesson)
    header, rest = written[:1], [*written[1:where], *_visit(lesson), *written[where:]]
    below = "\n\n".join(filter(None, [exercises, foot]))
    lesson.notebook.cells = [*header, top(links), *rest, footer(below, box(lesson.number))]


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
    return kernel_check(VISIT_WORDS.format(page="lesson"), VISIT.format(lesson=lesson.path.stem))


def kernel_check(words: str, code: str) -> list[NotebookNode]:
    """Return the cells that run first: what they are for, and their code, folded away."""
    check = new_cell("code", "kernel-check", "kernel-check", KERNEL_CHECK.format(code=code))
    # Not the first thing that a reader should read.
    check.metadata["jupyter"] = {"source_hidden": True}
    return [new_cell("markdown", "kernel-check-words", "kernel-check", words), check]


def top(links: str) -> NotebookNode:
    """Return the cell of links below a header."""
    return new_cell("markdown", "navigation-top", "navigation", links)


def footer(links: str, remedies: str = "") -> NotebookNode:
    """Return the last cell: links, and the remedies if there are any."""
    pieces = filter(None, ["---", links, remedies])
    return new_cell("markdown", "navigation-end", "navigation", "\n\n".join(pieces))


EXERCISE_CONTENTS = "[All lessons and exercises](../README.md) | [Glossary](../GLOSSARY.md)"
APART_WORDS = f"{KERNEL_WORDS} Checks that pass in this notebook do not count towards your progress."
APART = """\
from websocket_lab.grading.progress_database import keep_in_this_kernel

keep_in_this_kernel()"""


def furnish_solution(exercise: Exercise, lessons: Sequence[Lesson]) -> None:
    """Give a solution its links, to its exercise and its lesson, and what else is generated."""
    links = " | ".join([f"[{exercise.name}](../exercises/{exercise.path.name})", *_common(exercise, lessons)])
    check = kernel_check(APART_WORDS.format(page="solution"), APART)
    above, below = f"This is the solution. {links}", footer(links)
    exercise.notebook.cells = _furnished(exercise.notebook, above, below, check)


def furnish_exercise(
    notebook: NotebookNode, exercise: Exercise, exercises: Sequence[Exercise], lessons: Sequence[Lesson]
) -> None:
    """Give a learner's notebook its links, to its neighbours, its lesson and its solution, and the rest."""
    place = list(exercises).index(exercise)
    around = [None, *exercises, None]
    back, on = link_back(around[place]), link_on(around[place + 2])
    solution = f"[Its solution](../solutions/{exercise.path.name})"
    middle = " | ".join([*back, *_lesson_link(exercise, lessons), *on])
    end = " | ".join([*back, *_common(exercise, lessons), FOR_LATER, solution, *on])
    check = kernel_check(KERNEL_WORDS.format(page="exercise"), IMPORT)
    notebook.cells = _furnished(notebook, middle, footer(end), check)


def exercise_links(lesson: Lesson, exercises: Sequence[Exercise]) -> str:
    """Return the links to the exercises that follow a lesson, as one line, or "" if there are none."""
    following = [exercise for exercise in exercises if exercise.follows == lesson.number]
    links = [f"[{exercise.name}](../exercises/{exercise.path.name})" for exercise in following]
    return f"**Now you:** {' · '.join(links)}" if links else ""


def _common(exercise: Exercise, lessons: Sequence[Lesson]) -> list[str]:
    return [*_lesson_link(exercise, lessons), EXERCISE_CONTENTS]


def _lesson_link(exercise: Exercise, lessons: Sequence[Lesson]) -> list[str]:
    lesson = [lesson for lesson in lessons if lesson.number == exercise.follows]
    return [f"[Lesson {one.name}](../notebooks/{one.path.name})" for one in lesson]


def _furnished(
    notebook: NotebookNode, above: str, below: NotebookNode, check: list[NotebookNode]
) -> list[NotebookNode]:
    written = [cell for cell in notebook.cells if not is_generated(cell)]
    return [*written[:1], top(above), *check, *written[1:], below]


HERE = Path(__file__).parent
TABLE_HEAD = "| You see | Do this |\n|---|---|\n"


@dataclass(frozen=True)
class Remedy:
    """A message that people meet in one lesson, and what to do about it."""

    lesson: int
    see: str
    do: str

    @property
    def row(self) -> str:
        """Its row in the table."""
        return f"| `{self.see}` | {self.do} |"


@cache
def remedies() -> list[Remedy]:
    """Return the remedies that belong to one lesson each."""
    content = tomllib.loads((HERE / "remedies.toml").read_text(encoding="utf-8"))
    return [Remedy(**remedy) for remedy in content["remedies"]]


def remedy_table(lesson: int) -> str:
    """Return the table of one lesson's remedies, or "" if it has none."""
    rows = [remedy.row for remedy in remedies() if remedy.lesson == lesson]
    return TABLE_HEAD + "\n".join(rows) if rows else ""


def box(lesson: int) -> str:
    """Return the folded box with one lesson's remedies, or "" if it has none."""
    table = remedy_table(lesson)
    summary = "<summary><b>If you see an error</b></summary>"
    return f"<details>\n{summary}\n\n{table}\n\n</details>" if table else ""
