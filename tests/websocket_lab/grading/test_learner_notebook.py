"""A learner's notebook is found by its slug, and work wins over an untouched one of today's number."""

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.websocket_lab.small_exercise import shouting_solution
from websocket_lab.grading.check import CheckRun
from websocket_lab.grading.exercise import Exercise
from websocket_lab.grading.exercise_notebook import as_exercise
from websocket_lab.grading.harness import Harness
from websocket_lab.grading.learner_notebook import learner_notebook, saved_code
from websocket_lab.grading.progress_file import record_try
from websocket_lab.grading.progress_view import progress
from websocket_lab.grading.solution_view import compare


Hand = Callable[..., Path]


@pytest.fixture
def hand(course: Path) -> Hand:
    """Puts a notebook with a number into `exercises/`: as it comes, or with this code in place of a gap."""

    def write(number: str, written: str = "...") -> Path:
        notebook = as_exercise(shouting_solution())
        for cell in notebook.cells:
            cell.source = cell.source.replace("...", written, 1)
        path = course / "exercises" / f"{number}_shouting.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
        return path

    return write


def test_one_notebook_is_the_learners_whatever_its_number(hand: Hand) -> None:
    path = hand("07")

    assert learner_notebook("shouting") == path


def test_work_wins_over_an_untouched_notebook(hand: Hand) -> None:
    hand("01")
    mine = hand("07", "return text.title()")

    assert learner_notebook("shouting") == mine


def test_todays_number_wins_where_both_are_untouched_or_both_are_not(hand: Hand) -> None:
    hand("07")
    today = hand("01")
    assert learner_notebook("shouting") == today

    hand("01", "return text.title()")
    old = hand("07", "return text.lower()")
    os.utime(today, (0, 0))
    assert old.stat().st_mtime > today.stat().st_mtime
    assert learner_notebook("shouting") == today


def test_the_newest_of_several_old_ones_wins(hand: Hand) -> None:
    older, newer = hand("07", "return 1"), hand("05", "return 2")
    os.utime(older, (1, 1))

    assert learner_notebook("shouting") == newer


def test_comments_and_outputs_are_no_work(hand: Hand) -> None:
    today = hand("01")
    hand("07", "...  # I will do it tomorrow")

    assert learner_notebook("shouting") == today


def test_a_gap_that_is_filled_in_a_copy_of_its_cell_is_work(hand: Hand) -> None:
    hand("01")
    mine = hand("07")
    notebook = nbformat.read(mine, as_version=4)
    copied = "def shout(text):\n    return text.title()"
    notebook.cells.append(nbformat.v4.new_code_cell(copied))
    nbformat.write(notebook, mine)

    assert learner_notebook("shouting") == mine
    assert saved_code("shouting").endswith(copied)


def test_a_notebook_that_nobody_can_read_may_hold_work(hand: Hand) -> None:
    hand("01")
    broken = hand("07")
    broken.write_text("{")

    assert learner_notebook("shouting") == broken
    assert saved_code("shouting") is None


def test_without_a_notebook_there_is_none(course: Path) -> None:
    assert learner_notebook("shouting") is None
    assert saved_code("shouting") is None


def test_progress_names_the_notebook_with_the_work(hand: Hand) -> None:
    hand("01")
    hand("07", "return text.title()")
    record_try("shouting", "failed", "speaks", "a = 1")
    card = progress()

    assert "Exercise 1 · Shouting (1 try; your work is in 07_shouting.ipynb)" in repr(card)
    assert '<a href="../exercises/07_shouting.ipynb">Exercise 1 · Shouting</a>' in card._repr_html_()


def test_progress_says_nothing_of_numbers_where_there_is_no_old_one(hand: Hand) -> None:
    hand("01", "return text.title()")

    assert "Exercise 1 · Shouting (not begun)" in repr(progress())


def test_compare_reads_the_notebook_where_no_check_is_known(hand: Hand) -> None:
    hand("01")
    hand("07", "return text.title()")

    assert "-    return text.title()\n+    return text.upper()" in repr(compare("shouting", force=True))


def test_an_untouched_notebook_is_nothing_to_compare(hand: Hand) -> None:
    hand("01")

    assert repr(compare("shouting", force=True)).startswith("Nothing to compare yet")


@pytest.fixture
def not_started(course: Path, hand: Hand, run_cells, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Checks the exercise as it comes, in a kernel in `exercises/`; returns what the check says."""
    today = hand("01")
    monkeypatch.chdir(today.parent)
    shipped = [cell.source for cell in as_exercise(shouting_solution()).cells if cell.cell_type == "code"]
    make_app = run_cells(*shipped)["make_app"]

    def check() -> str:
        run = CheckRun("shouting", Exercise("Shouting", Harness, steps=()), make_app)
        run.run()
        assert run.verdict.outcome == "not started"
        return run.verdict.message

    return check


def test_check_says_where_the_work_is(not_started: Callable[[], str], hand: Hand) -> None:
    hand("07", "return text.title()")

    assert not_started().endswith(
        "Your work is in the notebook 07_shouting.ipynb, from when this exercise had another number: "
        "open that one, or copy your cells from it."
    )


def test_check_does_not_send_anyone_to_the_notebook_that_is_open(
    not_started: Callable[[], str], hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = hand("07", "return text.title()")
    monkeypatch.setenv("JPY_SESSION_NAME", str(mine))

    assert not_started().endswith("run that cell, check again.")


def test_check_speaks_of_no_other_notebook_where_there_is_no_work(
    not_started: Callable[[], str], hand: Hand
) -> None:
    hand("07")

    assert not_started().endswith("run that cell, check again.")
