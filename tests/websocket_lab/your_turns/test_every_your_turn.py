"""Each your-turn runs with its gap empty, and the answer that `compare` shows passes."""

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from websocket_lab import compare
from websocket_lab.grading.check import check
from websocket_lab.grading.exercise_notebook import (
    gap_cells,
    read_solution,
    server_cells,
    with_stubs,
    without_markers,
    your_turns,
)


# A lesson that needs the name `make_app` for another server calls its own by another.
# Lesson 12 asks for a test.
MAKER = re.compile(r"make_(\w+_)?app|test_\w+")


@pytest.fixture
def shell() -> InteractiveShell:
    """What runs cells in a kernel, with cells as tracebacks and `linecache` know them."""
    config = Config({"HistoryManager": {"enabled": False}})
    return InteractiveShell(user_module=ModuleType("learner"), config=config)


def subject_of(shell: InteractiveShell, name: str, filled: Callable[[str], str]) -> object:
    """Run the cells of a your-turn, its gap treated by `filled`; return what its check is given."""
    for _, code in server_cells(read_solution(name)):
        shell.run_cell(filled(code), store_history=True).raise_error()
    return next(thing for name, thing in shell.user_ns.items() if MAKER.fullmatch(name))


@pytest.mark.parametrize("name", your_turns())
def test_an_empty_gap_is_not_started(shell: InteractiveShell, name: str) -> None:
    verdict = check(name, subject_of(shell, name, with_stubs))

    assert verdict.outcome == "not started", verdict


@pytest.mark.parametrize("name", your_turns())
def test_the_answer_passes_and_is_compared(shell: InteractiveShell, name: str) -> None:
    verdict = check(name, subject_of(shell, name, without_markers))

    assert verdict.passed, verdict
    assert repr(compare(name)).startswith("No difference")
    assert len(gap_cells(read_solution(name))) == 1
