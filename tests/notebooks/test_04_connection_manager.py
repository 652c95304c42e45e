"""Lesson 4: the usual manager stalls, disconnects the speaker and skips a client; ours does none of it."""

import re
from copy import deepcopy

import nbformat

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import NOTEBOOKS, LessonRun, index_of, run_all_for_everyone, run_notebook, run_up_to


LESSON = "04_connection_manager.ipynb"


def test_with_a_manager_everybody_receives(run: LessonRun) -> None:
    received, *wire = run.output('ana.say("hi")').splitlines()

    assert received == "Ana receives: hi | Ben receives: hi | Eve receives: hi"
    assert sorted(line.split("   ")[0].strip() for line in wire[1:]) == [
        "Ana → server",
        "server → Ana",
        "server → Ben",
        "server → Eve",
    ]


# The cells of each demo, found by what they hold.
STALLS = ("stalled_server = ", "stall_guess.reveal", "out_guess.reveal")
REPAIRED = ("repaired_server = ", 'ana.say("the end")')
HOLDS = ("repaired_server.stop()\nserver = ", "all twenty texts", "still here")


def test_the_demos_can_be_run_again_in_any_order() -> None:
    lesson = nbformat.read(NOTEBOOKS / LESSON, as_version=4)
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    *others, stop = code
    again = [code[index_of(part, [cell.source for cell in code])] for part in (*REPAIRED, *HOLDS, *STALLS)]
    lesson.cells = [*others, *map(deepcopy, again), stop]
    for number, cell in enumerate(lesson.cells):
        cell.id = f"cell-{number}"
    run = LessonRun(nbformat.v4.new_notebook(cells=run_notebook(lesson).code[len(others) :]))

    shows_what_the_lesson_says(run)


def shows_what_the_lesson_says(run: LessonRun) -> None:
    """Fail if a demo shows something else than the text below it says."""
    assert "It was “only the first few”, because the loop waits for Eve." in run.output("stall_guess.reveal")
    assert run.output("out_guess.reveal").startswith("Ana's close code: 1006\n")
    ana, ben = run.output('ana.say("the end")').splitlines()
    assert re.fullmatch(r"Ana received text \d+: yes", ana)
    assert re.fullmatch(r"Ben received text \d+: no", ben)
    assert run.output("all twenty texts") == "Ben received all twenty texts."
    assert run.output("still here").splitlines() == [
        "Eve reads 1013 You read too slowly",
        "Ben receives: still here | Ana's connection is open",
    ]


def test_a_bad_day_stalls_the_naive_room_and_the_manager_that_holds_survives_it(run: LessonRun) -> None:
    shows_what_the_lesson_says(run)


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Everyone but the speaker" in run.output('check("everyone_else"')


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_two_people_talk_to_each_other(page: NotebookPage) -> None:
    run_up_to(page, "HBox([ana, ben, eve])")
    ana, ben = page.panel("Ana"), page.panel("Ben")

    ana.type_and_send("Hello Ben")
    ben.wait_for_row("Hello Ben")
    ben.type_and_send("Hello Ana")

    ana.wait_for_last_rows("Hello Ben", "Hello Ana")
    ben.wait_for_last_rows("Hello Ben", "Hello Ana", "Hello Ana")
