"""How long a lesson or an exercise takes: one formula, so that the number in a header has a reason.

It is an estimate: it counts what is there to read, to run and to guess, and what there is to build by
how hard it is. People who tried lessons 0, 1, 2, 4 and 10 took about 15, 45, 45, 50 and 50 minutes; of
those lessons as they were then, the formula says 15, 50, 45, 50 and 45. Trying more than the notebook
asks for takes longer, and so does what is for the curious, below the heading “Further”.
"""

import re
from itertools import takewhile

from authoring.exercise import TERMS, Exercise
from authoring.lesson import MINUTES, Cell, Lesson
from authoring.prose import Prose
from authoring.your_turns import turns_in


# Slower than a novel: there is code between, and something to look at.
WORDS_PER_MINUTE = 120
SECONDS_PER_CODE_LINE = 8
SECONDS_PER_RUN = 25
SECONDS_PER_QUESTION = 45
MINUTES_TO_BUILD = {"easy": 10, "medium": 15, "hard": 20}
# To think of one to four lines, and to read what the check says.
MINUTES_FOR_A_YOUR_TURN = 4
# What a reader answers before reading on: a prediction, or a question whose answer is folded away.
QUESTION = re.compile(r"\bPrediction\(|<b>Stop and think:</b>")
STEP = 5
FURTHER = "## Further"


def write_minutes(lesson: Lesson) -> None:
    """Put the estimate into the lesson's header, where it says how long it takes."""
    form = TERMS if isinstance(lesson, Exercise) else MINUTES
    if found := form.search(lesson.header):
        cell, (start, end) = lesson.notebook.cells[0], found.span(1)
        cell.source = f"{cell.source[:start]}{estimated_minutes(lesson)}{cell.source[end:]}"


def estimated_minutes(lesson: Lesson) -> int:
    """Return how long it takes to read it, run it and build what it asks for, to the next five minutes."""
    building = MINUTES_TO_BUILD.get(lesson.difficulty or "", 0) if isinstance(lesson, Exercise) else 0
    needed = takewhile(lambda cell: not cell.source.startswith(FURTHER), lesson.counted)
    return max(STEP, STEP * round((sum(map(minutes_of, needed)) + building) / STEP))


def minutes_of(cell: Cell) -> float:
    """Return how long one cell takes."""
    thinking = SECONDS_PER_QUESTION * len(QUESTION.findall(cell.source)) / 60
    if not cell.is_code:
        return Prose(cell.source).words / WORDS_PER_MINUTE + thinking
    thinking += MINUTES_FOR_A_YOUR_TURN * len(turns_in(cell))
    return (SECONDS_PER_RUN + SECONDS_PER_CODE_LINE * cell.code_lines) / 60 + thinking
