"""The lesson that a file tests, run once for all of its tests."""

import shutil
from collections.abc import Iterator

import pytest

from tests.jupyterlab import JupyterLab, NotebookPage, chromium_program
from tests.notebooks.run import NOTEBOOKS, LessonRun, run_all, run_lesson


@pytest.fixture(scope="module")
def run(request: pytest.FixtureRequest) -> LessonRun:
    """Run the file's `LESSON` whole: in JupyterLab, or through nbclient where Chromium is missing."""
    if chromium_program():
        return run_all(request.getfixturevalue("lesson"))
    return run_lesson(request.module.LESSON)


@pytest.fixture(scope="module")
def lesson(lab: JupyterLab, request: pytest.FixtureRequest) -> Iterator[NotebookPage]:
    """Open the file's `LESSON` in JupyterLab once, alone in a folder, for its kernel and page are dear."""
    failed = request.session.testsfailed
    folder = lab.root / "alone"
    folder.mkdir(exist_ok=True)
    shutil.copy(NOTEBOOKS / request.module.LESSON, folder)
    notebook = lab.open(f"alone/{request.module.LESSON}")
    yield notebook
    if request.session.testsfailed == failed:
        lab.free_page(notebook.page)


@pytest.fixture
def page(lesson: NotebookPage) -> NotebookPage:
    """Clear the lesson's outputs for a test that runs it again, or a part of it, in the same kernel."""
    lesson.clear_outputs()
    return lesson
