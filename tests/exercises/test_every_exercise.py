"""Every exercise can be run as it comes, and every solution solves it."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbclient import NotebookClient

from authoring.course import Course
from authoring.drift import is_worked_on
from tests.accessibility import notebook_violations
from tests.jupyterlab import JupyterLab
from websocket_lab.checking.verdict import VERDICT_JSON


ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.name for path in (ROOT / "solutions").glob("*.ipynb"))


def outcomes(notebook: dict) -> list[str]:
    """Return how each check in a notebook ended."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    verdicts = [output.get("data", {}).get(VERDICT_JSON) for output in outputs]
    return [verdict["outcome"] for verdict in verdicts if verdict]


def run(folder: str, name: str) -> list[str]:
    """Run a notebook far from the repository; raise what a cell raises; return how its checks ended."""
    notebook = nbformat.read(ROOT / folder / name, as_version=4)
    with TemporaryDirectory() as elsewhere:
        NotebookClient(notebook, timeout=100, resources={"metadata": {"path": elsewhere}}).execute()
    return outcomes(notebook)


@pytest.fixture
def untouched(name: str) -> None:
    """Skip where somebody has worked on the exercise in this copy of the course."""
    path = ROOT / "exercises" / name
    built = Course.read(ROOT).texts[path]
    found = path.read_text(encoding="utf-8")
    if found != built and is_worked_on(found, built) and os.environ.get("CI") != "true":
        pytest.skip("Somebody has worked on it, which is what it is for.")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_runs_as_it_comes_and_is_not_started(name: str) -> None:
    assert run("exercises", name) == ["not started"]


@pytest.mark.parametrize("name", NAMES)
def test_a_solution_and_its_other_way_pass(name: str) -> None:
    found = run("solutions", name)

    assert len(found) > 1
    assert set(found) == {"passed"}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", NAMES)
def test_run_all_of_an_exercise_ends_in_jupyterlab(lab: JupyterLab, name: str) -> None:
    page = lab.open(f"exercises/{name}")
    page.run_all()

    assert page.errors() == []
    assert outcomes(page.content()) == ["not started"]
    assert notebook_violations(page) == []


def test_building_the_exercises_again_gives_no_difference() -> None:
    built = {path: text for path, text in Course.read(ROOT).texts.items() if path.parent.name == "exercises"}

    assert set(built) == set((ROOT / "exercises").glob("*.ipynb"))
    differ = {
        path: path.read_text(encoding="utf-8") for path in built if path.read_text("utf-8") != built[path]
    }
    # Who has worked on an exercise in this copy has changed it, and may.
    assert [path.name for path, text in differ.items() if not is_worked_on(text, built[path])] == []
