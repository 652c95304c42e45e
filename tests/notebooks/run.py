"""Lessons run from top to bottom, in JupyterLab or through nbclient, with what their cells show."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbclient import NotebookClient

from tests.accessibility import notebook_violations
from tests.jupyterlab import NotebookPage
from tests.typing_reader import revealed, run_while_typing


NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
LESSONS = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
# A cell that measures takes seconds, a lesson that measures half a minute; only one that hangs takes so long.
CELL_SECONDS = 300
ALL_SECONDS = 600
# What turns a text in a terminal red, and back.
COLOURS = re.compile(r"\x1b\[[\d;]*m")


class LessonRun:
    """A lesson that has been run, with what its cells showed."""

    def __init__(self, notebook: nbformat.NotebookNode) -> None:
        self.code = [cell for cell in notebook.cells if cell.cell_type == "code"]

    def output(self, part: str) -> str:
        """Return as text what is shown under the one cell whose code holds `part`."""
        cells = [cell for cell in self.code if part in cell.source]
        assert len(cells) == 1, f"{len(cells)} cells hold {part!r}"
        return shown(cells[0])


def shown(cell: nbformat.NotebookNode) -> str:
    """Return as text all that stands under a cell."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    # From Python 3.13 on, a traceback may come in colours.
    return "\n".join(COLOURS.sub("", text).strip() for text in texts)


def run_lesson(name: str) -> LessonRun:
    """Run a lesson through nbclient, alone in a folder far from the repository; raise what a cell raises."""
    return run_notebook(nbformat.read(NOTEBOOKS / name, as_version=4))


def run_notebook(notebook: nbformat.NotebookNode) -> LessonRun:
    """Run a notebook's cells through nbclient in a folder of its own; raise what a cell raises."""
    with TemporaryDirectory() as elsewhere:
        resources = {"metadata": {"path": elsewhere}}
        NotebookClient(notebook, timeout=CELL_SECONDS, resources=resources).execute()
    return LessonRun(notebook)


def run_all(page: NotebookPage) -> LessonRun:
    """Run a whole lesson in JupyterLab; fail if a cell shows an error."""
    page.run_all(deadline=ALL_SECONDS)
    if errors := page.errors():
        pytest.fail("\n".join(errors))
    return LessonRun(nbformat.from_dict(page.content()))


def run_up_to(page: NotebookPage, part: str, after: str = "") -> int:
    """Run the open lesson's code cells after the one that holds `after`, up to the one that holds `part`."""
    sources = [cell["source"] if cell["cell_type"] == "code" else "" for cell in page.content()["cells"]]
    start = 1 + index_of(after, sources) if after else 0
    end = index_of(part, sources)
    page.run_cells(start, end)
    # JupyterLab draws what is in sight; what stands above may still have grown meanwhile.
    page.cell(end)
    return end


def run_all_for_everyone(page: NotebookPage, run: LessonRun) -> LessonRun:
    """Run a whole lesson again in JupyterLab, with a reader who types odd things into its panels.

    Fail with its errors, with a prediction that now reveals something else, and with what is not accessible.
    """
    untyped = [revealed(cell) for cell in run.code]
    typed = run_while_typing(page)
    if errors := page.errors():
        pytest.fail("\n".join(errors))
    if differ := [(untyped[cell], answer) for cell, answer in typed.items() if untyped[cell] != answer]:
        pytest.fail(f"Revealed without typing, and with it: {differ}")
    if violations := notebook_violations(page):
        pytest.fail("\n".join(violations))
    return LessonRun(nbformat.from_dict(page.content()))


def index_of(part: str, sources: list[str]) -> int:
    """Return the position of the first source that holds `part`."""
    return next(index for index, source in enumerate(sources) if part in source)
