"""`sync` writes and `check` judges."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from authoring.__main__ import ROOT, main


@pytest.fixture
def run(course, capsys):
    """Run a command on the small course; return its exit code and what it said."""

    def run(command):
        exit_code = main([command, "--root", str(course.root)])
        said = capsys.readouterr()
        return exit_code, (said.out + said.err).splitlines()

    return run


@pytest.fixture(autouse=True)
def echo_lesson(course):
    course.add_step("step_02_echo")
    course.add_good_lesson("02_echo", "Your first endpoint")


def test_check_is_content_after_sync(run):
    assert run("sync") == (0, ["Wrote notebooks/02_echo.ipynb", "Wrote README.md"])
    assert run("check") == (0, [])


def test_a_second_sync_writes_nothing(run):
    run("sync")

    assert run("sync") == (0, [])


def test_check_writes_nothing(course, run):
    before = course.path("02_echo").read_text()

    assert run("check")[0] == 1
    assert course.path("02_echo").read_text() == before


def test_check_names_what_sync_would_change(run):
    assert run("check")[1] == [
        "notebooks/02_echo.ipynb is not as `sync` writes it; run `python -m authoring sync`.",
        "README.md is not as `sync` writes it; run `python -m authoring sync`.",
    ]


def test_check_names_the_cell_that_left_its_step(course, run, words, code):
    course.add_lesson("02_echo", words("# 2 · Echo"), code("", "snippet:step_02_echo/app"))
    run("sync")
    course.path("02_echo").write_text(course.path("02_echo").read_text().replace("/ws", "/mine"))

    assert run("check")[1][0] == (
        "notebooks/02_echo.ipynb, cell 5 differs from server_snippets/step_02_echo.py, region app; "
        "change the code there, then run `python -m authoring sync`."
    )


def test_sync_says_what_it_could_not_fill(course, run, code):
    course.add_lesson("02_echo", code(""), code("", "snippet:step_02_echo/nope"))

    exit_code, said = run("sync")

    assert exit_code == 1
    assert "asks for region “nope”, but server_snippets/step_02_echo.py has imports, app;" in said[-1]


def test_a_broken_notebook_is_named(course, run):
    course.path("03_broken").write_text("{")

    assert run("sync")[1][-1].startswith("notebooks/03_broken.ipynb is not a notebook (")


def test_a_notebook_without_a_number_is_named(course, run):
    course.path("Untitled").write_text("{}")

    assert run("sync")[1][-1] == "notebooks/Untitled.ipynb is no lesson by its name; call it NN_topic.ipynb."


def test_exercises_are_formatted_too(course, run):
    (course.root / "solutions").mkdir()
    course.path("02_echo").rename(course.root / "solutions" / "01_echo.ipynb")

    assert "Wrote solutions/01_echo.ipynb" in run("sync")[1]
    assert (course.root / "exercises" / "01_echo.ipynb").exists()
    assert run("sync") == (0, [])


@pytest.mark.parametrize(("arguments", "upgrade"), [([], False), (["--upgrade"], True)])
def test_lock_pins(monkeypatch, arguments, upgrade):
    asked = []
    pins = SimpleNamespace(MACHINES=[], lock=lambda *, upgrade: asked.append(upgrade))
    monkeypatch.setitem(sys.modules, "authoring.lock", pins)

    assert main(["lock", *arguments]) == 0
    assert asked == [upgrade]


def test_two_lessons_with_one_number_are_told(course, run):
    course.add_good_lesson("02_other", "Another")

    assert (
        "notebooks/02_other.ipynb has the number of 02_echo.ipynb; give it one that is free."
        in run("check")[1]
    )


def test_a_python_without_the_packages_says_which_to_take():
    command = [sys.executable, "-S", "-m", "authoring", "check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert "Set it up once: python3 start.py test --setup-only" in result.stderr
