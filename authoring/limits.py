"""How little a lesson or an exercise may hold, and how many words stand around its code.

Generated cells are left out everywhere, so that they neither spend nor earn anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from authoring.faults import Fault
from authoring.lesson import Cell, Lesson
from authoring.prose import Prose


@dataclass(frozen=True)
class Limits:
    """What one kind of notebook may hold.

    Attributes:
        kind: What a fault calls it.
        fewest_cells: The least that an author writes; there is no most, a lesson is as long as its idea.
        words_per_code_line: The least that explains.
        code_cells_in_a_row: The most without a word between.
    """

    kind: str
    fewest_cells: int
    words_per_code_line: int
    code_cells_in_a_row: int


LESSON = Limits("a lesson", 25, 8, 2)
# The welcome shows that all works; it teaches little by itself.
WELCOME = replace(LESSON, fewest_cells=10)
EXERCISE = Limits("an exercise", 12, 5, 3)
# So many characters fit beside the table of contents, where the window is 1280 pixels wide.
WIDEST = 104
WORDS_PER_CELL = range(20, 61)


def limit_faults(lesson: Lesson, limits: Limits = LESSON) -> Iterator[Fault]:
    """Yield what is too wide, too little or too terse."""
    yield from _number_of_cells(lesson, limits)
    yield from _wide_lines(lesson)
    yield from _words_for_code(lesson, limits)
    yield from _words_in_a_cell(lesson)
    yield from _code_runs(lesson, limits)


def _number_of_cells(lesson: Lesson, limits: Limits) -> Iterator[Fault]:
    fewest, count = limits.fewest_cells, len(lesson.counted)
    if count < fewest:
        yield Fault(
            lesson.place,
            f"has {count} cells of its own; say more in smaller steps: {limits.kind} has at least {fewest}.",
        )


def _wide_lines(lesson: Lesson) -> Iterator[Fault]:
    for cell in lesson.code:
        for line in cell.source.splitlines():
            # The end of an import is seldom missed.
            if len(line) > WIDEST and not line.startswith("from "):
                yield Fault(
                    f"{lesson.place}, cell {cell.number}",
                    f"has a line of {len(line)} characters; break or shorten it: {WIDEST} can be read "
                    f"without scrolling: {line.strip()[:40]} …",
                )


def _words_for_code(lesson: Lesson, limits: Limits) -> Iterator[Fault]:
    lines = sum(cell.code_lines for cell in lesson.code)
    words = _word_count(lesson)
    if words < limits.words_per_code_line * lines:
        yield Fault(
            lesson.place,
            f"has {words} words for {lines} lines of code; explain more or show less: "
            f"the least is {limits.words_per_code_line} words a line.",
        )


def _words_in_a_cell(lesson: Lesson) -> Iterator[Fault]:
    mean = round(_word_count(lesson) / max(1, len(lesson.markdown)))
    if mean not in WORDS_PER_CELL:
        remedy = "say more" if mean < WORDS_PER_CELL.start else "split or shorten them"
        yield Fault(
            lesson.place,
            f"has {mean} words in a Markdown cell on average; {remedy}: "
            f"{WORDS_PER_CELL.start} to {WORDS_PER_CELL.stop - 1} read well.",
        )


def _word_count(lesson: Lesson) -> int:
    return sum(Prose(cell.source).words for cell in lesson.markdown)


def _code_runs(lesson: Lesson, limits: Limits) -> Iterator[Fault]:
    for run in _runs(lesson):
        if len(run) > limits.code_cells_in_a_row:
            yield Fault(
                f"{lesson.place}, cell {run[0].number}",
                f"starts {len(run)} code cells in a row; say something in between: "
                f"the limit is {limits.code_cells_in_a_row}.",
            )


def _runs(lesson: Lesson) -> Iterator[list[Cell]]:
    for is_code, cells in groupby(lesson.author_cells, key=lambda cell: cell.is_code):
        if is_code:
            yield list(cells)
