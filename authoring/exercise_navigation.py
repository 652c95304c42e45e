"""What every exercise and solution has and nobody writes twice: links, a look at the kernel, remedies."""

from collections.abc import Sequence

from nbformat import NotebookNode

from authoring.exercise import Exercise
from authoring.lesson import Lesson
from authoring.navigation import (
    KERNEL_CHECK,
    KERNEL_WORDS,
    footer,
    is_generated,
    kernel_check,
    link_back,
    link_on,
    top,
)


CONTENTS = "[All lessons and exercises](../README.md) | [Glossary](../GLOSSARY.md)"
APART_WORDS = (
    "First, a look at whether the kernel, the program that runs these cells, has what the solution needs. "
    "What passes in this notebook does not count as yours. "
    "The code is folded away; a click on the three dots shows it."
)
APART = """

from websocket_lab.exercise.progress_database import keep_in_this_kernel

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
    end = " | ".join([*back, *_common(exercise, lessons), solution, *on])
    words = KERNEL_WORDS.replace("the lesson", "the exercise")
    below = footer(end, _lessons_before(exercise))
    notebook.cells = _furnished(notebook, middle, below, kernel_check(words, KERNEL_CHECK))


def exercise_links(lesson: Lesson, exercises: Sequence[Exercise]) -> str:
    """Return the links to the exercises that follow a lesson, as one line, or "" if there are none."""
    following = [exercise for exercise in exercises if exercise.follows == lesson.number]
    links = [f"[{exercise.name}](../exercises/{exercise.path.name})" for exercise in following]
    return f"**Now you:** {' · '.join(links)}" if links else ""


def _lessons_before(exercise: Exercise) -> range:
    # Who writes code of one's own meets what all lessons so far have warned of.
    return range((exercise.follows or 0) + 1)


def _common(exercise: Exercise, lessons: Sequence[Lesson]) -> list[str]:
    lesson = [lesson for lesson in lessons if lesson.number == exercise.follows]
    return [*(f"[Lesson {one.name}](../notebooks/{one.path.name})" for one in lesson), CONTENTS]


def _furnished(
    notebook: NotebookNode, above: str, below: NotebookNode, check: list[NotebookNode]
) -> list[NotebookNode]:
    written = [cell for cell in notebook.cells if not is_generated(cell)]
    return [*written[:1], top(above), *check, *written[1:], below]
