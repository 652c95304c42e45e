"""An exercise, or a your-turn, as its check sees it: steps in order, and hints for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from websocket_lab.grading.harness import Harness
from websocket_lab.server.safe_text import plain_text, safe_repr


PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Step:
    """What the clients of a check do next, and what must be right then.

    Args:
        take: A function that gets the harness, named after the step; its docstring says what is right.
        hints: Sentences from gentle to plain.
    """

    take: Callable[[Any], None]
    hints: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Its name, which the learner's progress file keeps."""
        return self.take.__name__

    @property
    def claim(self) -> str:
        """What is right after it, in a sentence."""
        return (getdoc(self.take) or self.name).partition("\n")[0]


def step(*hints: str) -> Callable[[Callable[[Any], None]], Step]:
    """Return a decorator that makes a step of a function, with hints from gentle to plain."""
    return lambda take: Step(take, hints)


@dataclass(frozen=True)
class Exercise:
    """What one exercise asks for, as steps that real clients take.

    Args:
        title: Its name as people read it.
        harness: What the steps are given; it holds the learner's server.
        steps: Its steps, in order.
        hints: Sentences from gentle to plain for every step that has none of its own.
        seconds: How long the whole check may take.
        is_timed: Whether a wrong server looks like a right one where the process stands still.
    """

    title: str
    harness: Callable[[Any], Harness]
    steps: Sequence[Step]
    hints: Sequence[str] = ()
    seconds: float = 30.0
    is_timed: bool = False


def known_ids() -> list[str]:
    """Return the ids that can be checked: those of the exercises, then those of the your-turns."""
    return list(_modules())


def find(exercise_id: str) -> Exercise:
    """Return the exercise, or the your-turn, with this id; LookupError if there is none."""
    name, modules = plain_text(exercise_id), _modules()
    if name not in modules:
        raise LookupError(f"There is no exercise {safe_repr(exercise_id)}. There are: {', '.join(modules)}.")

    exercise: Exercise = import_module(modules[name]).EXERCISE
    return exercise


def _modules() -> dict[str, str]:
    # By name, for checks import what is here: a check is loaded when it is asked for.
    exercises = {name: f"websocket_lab.exercises.{name}.check" for name in _names_in("exercises")}
    return exercises | {name: f"websocket_lab.your_turns.{name}" for name in _names_in("your_turns")}


def _names_in(folder: str) -> list[str]:
    return sorted(module.name for module in iter_modules([str(PACKAGE / folder)]))
