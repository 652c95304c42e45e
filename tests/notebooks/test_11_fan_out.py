"""Lesson 11: every rung is measured, a stalled client freezes the naive loop alone, each policy is seen."""

import re

import pytest

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "11_fan_out.ipynb"
RUNGS = ["naive loop", "compression off", "send queue for each", "encode once", "joined writes"]


@pytest.mark.parametrize("measured", ['ladder.climb("joined writes"', "all_alone = ladder.again"])
def test_every_rung_has_a_cost(run: LessonRun, measured: str) -> None:
    said = run.output(measured).partition("A delivery costs")[2]

    assert re.findall(r"^ +(\D+): [\d.]+ µs", said, flags=re.MULTILINE) == RUNGS


def test_a_stalled_client_freezes_the_naive_loop_and_only_that(run: LessonRun) -> None:
    said = run.output('days["joined writes"]')

    assert re.search(r"naive loop: \d\d? texts, then nothing more\n", said)
    for way in ("deadline", "send queue", "joined writes"):
        assert f"{way}: 100 texts; longest" in said


def test_the_deadline_costs_a_second(run: LessonRun) -> None:
    said = run.output("when_ben_hears(naive_app)")
    pause = re.search(r"deadline: 100 texts; longest pause between two: ([\d.]+) s", said)

    assert pause and float(pause[1]) > 0.5


def test_each_policy_is_seen(run: LessonRun) -> None:
    said = run.output("plot_read(")

    assert re.search(r"disconnect: Eve read 0–\d+, and is closed with 1013", said)
    assert re.search(r"drop_oldest: Eve read 0–\d+, \d+–199, and is still there", said)
    assert re.search(r"drop_newest: Eve read 0–\d+, and is still there", said)
    assert "It was “the first and the last" in said


def test_one_frame_is_shown(run: LessonRun) -> None:
    assert run.output('EncodedMessage("hi").frame') == r"b'\x81\x02hi'"


def test_a_room_s_need_is_worked_out(run: LessonRun) -> None:
    assert run.output("per_second in").count("of one processor") == 4


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_two_people_talk_over_the_fast_way(page: NotebookPage) -> None:
    run_up_to(page, "HBox([ClientPanel")
    ana, ben = page.panel("Ana"), page.panel("Ben")

    ana.type_and_send("Hello Ben")
    ben.wait_for_row("Hello Ben")

    assert page.errors() == []
