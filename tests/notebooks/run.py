"""Lessons run without a person, cell by cell, through nbclient."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbconvert.filters import strip_ansi

from tests.jupyterlab import NotebookPage


NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
LESSONS = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


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
    """Return the text twins of all that stands under a cell."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    # From Python 3.13 on, a traceback may come in colours.
    return "\n".join(strip_ansi(text).strip() for text in texts)


@cache
def run_lesson(name: str) -> LessonRun:
    """Run a lesson in a folder of its own, far from the repository; raise what a cell raises."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    with TemporaryDirectory() as elsewhere:
        NotebookClient(notebook, timeout=60, resources={"metadata": {"path": elsewhere}}).execute()
    return LessonRun(notebook)


def run_up_to(page: NotebookPage, part: str, after: str = "") -> int:
    """Run the open lesson's code cells behind the one that holds `after`, up to the one that holds `part`."""
    sources = [cell["source"] if cell["cell_type"] == "code" else "" for cell in page.content()["cells"]]
    start = 1 + index_of(after, sources) if after else 0
    end = index_of(part, sources)
    for index in range(start, end + 1):
        if sources[index]:
            page.run_cell(index)
    # JupyterLab draws what is in sight; what stands above may still have grown meanwhile.
    page.cell(end)
    return end


def index_of(part: str, sources: list[str]) -> int:
    """Return the position of the first source that holds `part`."""
    return next(index for index, source in enumerate(sources) if part in source)
