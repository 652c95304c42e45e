"""Every exercise can be run as it comes, and every solution solves it."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbclient import NotebookClient

from authoring.course import Course
from authoring.drift import is_worked_on
from tests.accessibility import notebook_violations
from tests.jupyterlab import JupyterLab
from tests.typing_reader import run_while_typing
from websocket_lab.grading.verdict import VERDICT_JSON


ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.name for path in (ROOT / "solutions").glob("*.ipynb"))
# A check takes seconds; only a cell that hangs takes so long.
CELL_SECONDS = 300


def outcomes(notebook: dict) -> list[str]:
    """Return how each check in a notebook ended."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    verdicts = [output.get("data", {}).get(VERDICT_JSON) for output in outputs]
    return [verdict["outcome"] for verdict in verdicts if verdict]


@cache
def run(name: str) -> list[list[str]]:
    """Run an exercise that is as it comes, and then its solution, in one kernel far from the repository.

    Returns:
        How the checks of each notebook ended.
    """
    folders = ["solutions"] if is_touched(name) else ["exercises", "solutions"]
    notebooks = [nbformat.read(ROOT / folder / name, as_version=4) for folder in folders]
    with TemporaryDirectory() as elsewhere:
        resources = {"metadata": {"path": elsewhere}}
        client = NotebookClient(notebooks[0], timeout=CELL_SECONDS, resources=resources)
        with client.setup_kernel(cwd=elsewhere):
            for client.nb in notebooks:
                client.execute(cleanup_kc=False)
    return [outcomes(notebook) for notebook in notebooks]


def is_touched(name: str) -> bool:
    """Say whether somebody has worked on the exercise in this copy of the course, which is no fault of it."""
    path = ROOT / "exercises" / name
    built = Course.read(ROOT).texts[path]
    found = path.read_text(encoding="utf-8")
    return found != built and is_worked_on(found, built) and os.environ.get("CI") != "true"


@pytest.fixture
def untouched(name: str) -> None:
    """Skip where somebody has worked on the exercise in this copy of the course."""
    if is_touched(name):
        pytest.skip("Somebody has worked on it, which is what it is for.")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_runs_as_it_comes_and_is_not_started(name: str) -> None:
    assert run(name)[0] == ["not started"]


@pytest.mark.parametrize("name", NAMES)
def test_a_solution_and_its_other_way_pass(name: str) -> None:
    found = run(name)[-1]

    assert len(found) > 1
    assert set(found) == {"passed"}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", NAMES)
def test_run_all_of_an_exercise_ends_in_jupyterlab_and_so_does_a_run_with_a_reader_who_types(
    lab: JupyterLab, name: str
) -> None:
    page = lab.open(f"exercises/{name}")
    page.run_all()
    assert page.errors() == []

    run_while_typing(page)
    assert page.errors() == []
    assert outcomes(page.content()) == ["not started"]
    assert notebook_violations(page) == []


def test_building_the_exercises_again_gives_no_difference() -> None:
    built = {path: text for path, text in Course.read(ROOT).texts.items() if path.parent.name == "exercises"}

    assert {path for path in built if not path.exists()} == set()
    differ = {
        path: path.read_text(encoding="utf-8") for path in built if path.read_text("utf-8") != built[path]
    }
    # Who has worked on an exercise in this copy has changed it, and may.
    assert [path.name for path, text in differ.items() if not is_worked_on(text, built[path])] == []
