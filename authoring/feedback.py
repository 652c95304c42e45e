"""What an answer says to those who guessed otherwise: whoever predicts gets a sentence of their own."""

from collections.abc import Iterator

from authoring.faults import Fault
from authoring.lesson import Lesson
from authoring.predictions import answers_in, options_in


def feedback_faults(lesson: Lesson) -> Iterator[Fault]:
    """Yield the answers that have no sentence for somebody's wrong guess."""
    options: dict[str, list[str]] = {}
    for cell in lesson.code:
        options |= options_in(cell.source)
        for answer in answers_in(cell.source):
            silent = [one for one in options.get(answer.name, []) if one not in answer.told | answer.right]
            # An answer that is measured leaves out one: the right one.
            if len(silent) > (0 if answer.right else 1):
                yield Fault(f"{lesson.place}, cell {cell.number}", _problem(answer.name, silent))


def _problem(name: str, silent: list[str]) -> str:
    those = " or ".join(f"“{one}”" for one in silent)
    return (
        f"says nothing to those who predict {those}; write for each that is wrong what it would have meant: "
        f"{name}.reveal(…, unlike={{option: sentence}})."
    )
