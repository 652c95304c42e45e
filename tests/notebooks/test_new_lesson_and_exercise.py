"""A lesson or an exercise that has been begun keeps every rule, runs, and passes its own tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from authoring.__main__ import main
from authoring.course import Course


ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
TESTS = {
    "lesson": [
        "tests/server_snippets/test_step_98_shouting.py",
        "tests/notebooks/test_98_shouting.py",
        "tests/authoring/test_lesson_rules.py",
    ],
    "exercise": [
        "tests/websocket_lab/exercises/test_loud_voices.py",
        "tests/exercises/test_every_exercise.py",
    ],
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in which a lesson and an exercise have been begun."""
    root = tmp_path_factory.mktemp("authoring") / "course"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    assert main(["sync", "--root", str(root)]) == 0
    assert main(["new", "lesson", "98_shouting", "--root", str(root)]) == 0
    assert main(["new", "exercise", "97_loud_voices", "--root", str(root)]) == 0
    return root


def run(copy: Path, *arguments: str) -> None:
    """Run a module of this Python on the copy; fail with what it says if it fails."""
    # The copy's packages stand before those that are installed, in every kernel, too.
    variables = os.environ | {"PYTHONPATH": str(copy)}
    command = [sys.executable, "-m", *arguments]
    result = subprocess.run(command, cwd=copy, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_check_finds_no_fault(copy: Path) -> None:
    assert [str(fault) for fault in Course.read(copy).all_faults()] == []


@pytest.mark.parametrize("command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]])
def test_the_tools_are_content(copy: Path, command: list[str]) -> None:
    run(copy, *command)


@pytest.mark.parametrize("kind", TESTS)
def test_its_own_tests_pass(copy: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    # Where no browser is found, what needs one is skipped, and the lesson runs through nbclient.
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    chosen = "98 or loud_voices or 97 or limits"
    run(copy, "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", chosen, *TESTS[kind])


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("lesson", "topic", "topic is no name; write two digits and a topic, such as 16_topic."),
        ("lesson", "98_loud", "notebooks/98_shouting.ipynb is there; take another number or another topic"),
        (
            "exercise",
            "96_loud_voices",
            "websocket_lab/exercises/loud_voices/check.py is there; take another number",
        ),
    ],
)
def test_it_says_why_it_cannot_begin(
    copy: Path, capsys: pytest.CaptureFixture[str], kind: str, name: str, said: str
) -> None:
    assert main(["new", kind, name, "--root", str(copy)]) == 1
    assert capsys.readouterr().err.startswith(said)
