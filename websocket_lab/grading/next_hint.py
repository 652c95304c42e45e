"""`hint(id)`: one hint at a time, for the step at which the last check stopped."""

from collections.abc import Sequence

from websocket_lab.display.card import Card, note
from websocket_lab.grading.exercise import Step, find
from websocket_lab.grading.last_check import failed_step, has_passed, last_hint


PASSED = 'Your check has passed. See how the solution does it: `compare("{}")`.'
SOLUTION = '`from websocket_lab import solution`, then `solution("{}")`'
LOOK_UP = "Read the contract above once more, and what the check says that it expected and what came."

# How many hints this kernel has given, by exercise and step.
_given: dict[tuple[str, str], int] = {}


def hint(exercise: str) -> Card:
    """Show the next hint for the step that failed, from gentle to plain.

    Args:
        exercise: The exercise's id, such as "private_messages".
    """
    try:
        found = find(exercise)
    except LookupError as error:
        return note("No such exercise", str(error))

    if has_passed(exercise):
        return note("No hint is left to give", PASSED.format(exercise))

    failed = failed_step(exercise)
    step = next((step for step in found.steps if step.name == failed and step.hints), None)
    hints = list(step.hints if step else found.hints)
    if (first := last_hint(exercise)) and first not in hints:
        # It is about what has led there, and that comes first.
        hints.insert(0, first)
    return _hint(exercise, step, hints) if hints else note("No hint for this", LOOK_UP)


def _hint(exercise: str, step: Step | None, hints: Sequence[str]) -> Card:
    name, about = (step.name, f" · {step.claim.removesuffix('.')}") if step else ("", "")
    given = min(_given.get((exercise, name), 0), len(hints) - 1)
    _given[exercise, name] = given + 1
    return note(
        f"Hint {given + 1} of {len(hints)}{about}", hints[given], _what_next(exercise, len(hints) - given - 1)
    )


def _what_next(exercise: str, more: int) -> str:
    if more:
        return f"There {'is one more' if more == 1 else f'are {more} more'}: run this cell again."
    return f"This was the last one here. If it does not help: {SOLUTION.format(exercise)}."
