"""How much a lesson or an exercise may hold: small code cells, and enough words around them.

Generated cells are left out everywhere, so that they neither spend nor earn anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil

from authoring.faults import Fault
from authoring.lesson import Cell, Lesson
from authoring.prose import Prose


@dataclass(frozen=True)
class Limits:
    """What one kind of notebook may hold.

    Attributes:
        kind: What a fault calls it.
        cells: How many cells an author may write.
        spread: Of every hundred code cells, so many have at most so many lines.
        words_per_code_line: The least that explains.
        code_cells_in_a_row: The most without a word between.
    """

    kind: str
    cells: range
    spread: Mapping[int, int]
    words_per_code_line: int
    code_cells_in_a_row: int


LESSON = Limits("a lesson", range(25, 46), {50: 3, 75: 6, 90: 12}, 8, 2)
# The welcome shows that all works; it teaches little by itself.
WELCOME = replace(LESSON, cells=range(10, 46))
EXERCISE = Limits("an exercise", range(12, 26), {50: 5, 75: 10, 90: 15}, 5, 3)
LONGEST = 25
# So many characters fit beside the table of contents, where the window is 1280 pixels wide.
WIDEST = 104
WORDS_PER_CELL = range(20, 61)


def limit_faults(lesson: Lesson, limits: Limits = LESSON) -> Iterator[Fault]:
    """Yield what is too long, too much or too terse."""
    yield from _number_of_cells(lesson, limits)
    yield from _long_cells(lesson)
    yield from _wide_lines(lesson)
    yield from _spread(lesson, limits)
    yield from _words_for_code(lesson, limits)
    yield from _words_in_a_cell(lesson)
    yield from _code_runs(lesson, limits)


def _number_of_cells(lesson: Lesson, limits: Limits) -> Iterator[Fault]:
    allowed, count = limits.cells, len(lesson.counted)
    if count not in allowed:
        remedy = "say more in smaller steps" if count < allowed.start else "leave something out"
        most = allowed.stop - 1
        yield Fault(
            lesson.place,
            f"has {count} cells of its own; {remedy}: {limits.kind} has {allowed.start} to {most}.",
        )


def _long_cells(lesson: Lesson) -> Iterator[Fault]:
    for cell in lesson.code:
        if cell.code_lines > LONGEST:
            yield Fault(
                f"{lesson.place}, cell {cell.number}",
                f"has {cell.code_lines} lines; split it: the limit is {LONGEST}.",
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


def _spread(lesson: Lesson, limits: Limits) -> Iterator[Fault]:
    for percent, most in limits.spread.items():
        long = [str(cell.number) for cell in lesson.code if cell.code_lines > most]
        allowed = len(lesson.code) - ceil(len(lesson.code) * percent / 100)
        if len(long) > allowed:
            yield Fault(
                lesson.place,
                f"has {len(long)} code cells of more than {most} lines, and {allowed} are the most; "
                f"split or shorten some of these: cells {', '.join(long)}.",
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
