"""How long a reader only reads: every few minutes there is a question."""

from collections.abc import Iterator

from authoring.faults import Fault
from authoring.lesson import Lesson
from authoring.minutes import QUESTION, minutes_of


LONGEST = 10


def pace_faults(lesson: Lesson) -> Iterator[Fault]:
    """Yield the stretches that are too long without a question, each at the cell where it gets too long."""
    minutes = 0.0
    for cell in lesson.author_cells:
        minutes += minutes_of(cell)
        if QUESTION.search(cell.source):
            minutes = 0.0
        elif round(minutes) > LONGEST:
            yield Fault(
                f"{lesson.place}, cell {cell.number}",
                f"is {round(minutes)} minutes behind the last question; ask one before it: a Prediction(…), "
                "or one with a folded answer that begins with “Stop and think:”.",
            )
            minutes = 0.0
