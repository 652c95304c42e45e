"""Lesson 4: the usual manager freezes, throws out the speaker and skips a client; ours does none of it."""

import nbformat

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import NOTEBOOKS, LessonRun, index_of, run_all_for_everyone, run_notebook, run_up_to


LESSON = "04_connection_manager.ipynb"


def test_without_a_manager_ben_hears_only_himself(run: LessonRun) -> None:
    assert run.output("with BackgroundServer(private_app)") == "Ben hears: Echo: Is anybody there?"


def test_with_one_everybody_hears(run: LessonRun) -> None:
    heard, *wire = run.output('ana.say("hi")').splitlines()

    assert heard == "Ana hears: hi | Ben hears: hi | Eve hears: hi"
    assert sorted(line.split("   ")[0].strip() for line in wire[1:]) == [
        "Ana → server",
        "server → Ana",
        "server → Ben",
        "server → Eve",
    ]


def test_the_demos_can_be_run_in_any_order() -> None:
    lesson = nbformat.read(NOTEBOOKS / LESSON, as_version=4)
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in code]
    starts = ["naive_server.start()", "manager = RepairedManager()", "ConnectionManager()\nserver ="]
    stalls, repaired, holds = [index_of(start, sources) for start in starts]
    end = len(code) - 1
    last_first = [*range(holds, end), repaired, repaired + 1, *range(stalls, repaired)]
    # What the demos need comes first.
    last_first.remove(index_of("def speak_until_silence", sources))
    last_first.remove(index_of("class RepairedManager", sources))
    others = [number for number in range(end) if number not in last_first]
    lesson.cells = [code[number] for number in [*others, *last_first, end]]
    run = run_notebook(lesson)

    assert run.output('print("Ben heard"') == "Ben heard 100 texts."
    assert "Heard by Ana, not by Ben: ['" in run.output("Heard by Ana")
    assert "It was “silence" in run.output("stall_guess.reveal")
    assert "It was “Ana" in run.output("out_guess.reveal")


def test_a_stalled_client_silences_the_naive_room(run: LessonRun) -> None:
    assert "It was “silence" in run.output("stall_guess.reveal")


def test_a_vanished_client_throws_the_speaker_out(run: LessonRun) -> None:
    assert "It was “Ana" in run.output("out_guess.reveal")


def test_the_quick_repair_skips_a_client(run: LessonRun) -> None:
    missed = run.output("Heard by Ana, not by Ben")

    assert missed.removeprefix("Heard by Ana, not by Ben: ").strip("[]' ").isdigit()


def test_the_manager_that_holds_survives_the_same_day(run: LessonRun) -> None:
    assert run.output("Ben heard") == "Ben heard 100 texts."
    assert run.output("eve.close_reason") == "Eve reads 1013 You read too slowly"
    assert run.output("still here") == "Ben hears: still here | Ana's connection is open"


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
