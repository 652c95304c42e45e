"""A small exercise in a folder of its own, for tests of what surrounds exercises."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tests.websocket_lab.small_exercise import shouting_solution
from websocket_lab.grading import exercise_notebook


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course whose one exercise is called `shouting`."""
    (tmp_path / "solutions").mkdir()
    nbformat.write(shouting_solution(), tmp_path / "solutions" / "01_shouting.ipynb")
    monkeypatch.setattr(exercise_notebook, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def shell(course: Path) -> InteractiveShell:
    """What runs cells in a kernel, with cells as tracebacks and `linecache` know them."""
    config = Config({"HistoryManager": {"enabled": False}})
    return InteractiveShell(user_module=ModuleType("learner"), config=config)


@pytest.fixture
def run_cells(shell: InteractiveShell) -> Callable[..., dict[str, object]]:
    """Runs code as cells of a notebook; returns their namespace."""

    def run(*cells: str) -> dict[str, object]:
        for cell in cells:
            shell.run_cell(cell, store_history=True).raise_error()
        return shell.user_ns

    return run
