"""Lesson 13: two processes become one chat, and neither a dead Redis nor a dead process takes anything."""

from collections.abc import Iterator

import pytest

from tests.jupyterlab import JupyterLab
from tests.notebooks.run import LessonRun, run_lesson, run_up_to
from tests.private_redis import private_redis


LESSON = "13_scaling_out.ipynb"


@pytest.fixture(scope="module")
def run() -> Iterator[LessonRun]:
    with private_redis():
        yield run_lesson(LESSON)


def test_two_processes_do_not_hear_each_other(run: LessonRun) -> None:
    assert run.output('print("Ben hears:"') == "Ben hears: Is anybody there?"
    assert "it was no:" in run.output("memory_guess.reveal")


def test_both_ways_are_heard_twice(run: LessonRun) -> None:
    assert "it was 2:" in run.output("twice_guess.reveal")


def test_a_process_subscribes_once(run: LessonRun) -> None:
    assert "it was 2:" in run.output("count_guess.reveal")


def test_pubsub_forgets(run: LessonRun) -> None:
    assert "it was 0:" in run.output("gap_guess.reveal")


def test_a_stream_loses_nothing(run: LessonRun) -> None:
    assert "it was 0: in order and once: True" in run.output("lost_guess.reveal")


def test_a_dead_process_runs_out_of_time(run: LessonRun) -> None:
    said = run.output("gone_guess.reveal")

    assert "Ana's process: set anew again and again" in said
    assert "Ben's process: from" in said


def test_ben_gets_what_he_missed_from_another_process(run: LessonRun) -> None:
    assert run.output("*what_ben_missed") == "Ben gets: Where is Ben?"


def test_the_whole_server_sends_what_was_missed_to_a_client_that_comes_back(run: LessonRun) -> None:
    said = run.output("come_back(ben").splitlines()

    assert said[:5] == [f"Ana: Ben, are you there? ({number})" for number in range(1, 6)]
    assert said[5:8] == ["Ben has left", "Ben has joined", "online: Ana, Ben"]
    assert "it was the first thing he missed:" in "\n".join(said)


def test_without_redis_each_cell_says_what_it_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    run = run_lesson.__wrapped__(LESSON)

    assert run.output("PrivateRedis().start()").startswith("Redis is not installed")
    assert run.output("lost_guess.reveal").startswith("Without Redis, this cell is left out.")
    assert "it was no:" in run.output("memory_guess.reveal")


def test_two_people_talk_over_two_processes(lab: JupyterLab) -> None:
    with private_redis():
        page = lab.open(LESSON)
    run_up_to(page, "step_13_pubsub_chat:app")
    # Until the new panels are there, the last ones are those above.
    page.panel("Ana").wait_for_row('"hi"')
    page.panel("Ana").type_and_send("Hello Ben")
    page.panel("Ben").wait_for_row("Hello Ben")

    assert page.errors() == []
