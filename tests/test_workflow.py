"""The workflow runs what there is, on the oldest and the newest Python that the course supports."""

import re
from pathlib import Path

import yaml

from authoring.lock import PYTHONS


ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")


def test_the_workflow_runs_the_oldest_and_the_newest_python() -> None:
    matrix = yaml.safe_load(WORKFLOW)["jobs"]["banks-and-lessons"]["strategy"]["matrix"]
    assert matrix["python"] == [PYTHONS[0], PYTHONS[-1]]


def test_the_tests_that_the_workflow_names_exist() -> None:
    named = re.findall(r"tests/\S+", WORKFLOW)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_continuous_integration_runs_the_newest_python_at_hand_too() -> None:
    commands = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert ".venv/bin/python -m authoring newest-python < /dev/null" in commands
