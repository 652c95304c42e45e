"""Lesson 13: two processes become one chat, and neither a dead Redis nor a dead process takes anything."""

import pytest

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_lesson, run_up_to
from tests.redis_server import redis_path


LESSON = "13_scaling_out.ipynb"


@pytest.fixture(scope="module")
def redis() -> None:
    redis_path()


@pytest.fixture(scope="module")
def run(redis: None, run: LessonRun) -> LessonRun:
    """Run it with a Redis: without one, most of its cells are left out."""
    return run


def test_two_processes_are_apart(run: LessonRun) -> None:
    assert run.output('print("Ben receives:"') == "Ben receives: Is anybody there?"
    assert run.output("does_ben_receive(workers)") == "Ben receives what Ana sends: no"


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Deliver what the broker brings" in run.output('check("room_delivery"')


def test_both_ways_lead_to_two_messages(run: LessonRun) -> None:
    assert "It was “2”, because " in run.output("twice_guess.reveal")


def test_a_process_subscribes_once(run: LessonRun) -> None:
    assert "It was “2”, because " in run.output("count_guess.reveal")


def test_pubsub_forgets(run: LessonRun) -> None:
    assert "It was “0”, because " in run.output("gap_guess.reveal")


def test_a_stream_loses_nothing(run: LessonRun) -> None:
    assert "It was “0”. Ben received them each once and in order." in run.output("lost_guess.reveal")


def test_a_dead_process_runs_out_of_time(run: LessonRun) -> None:
    said = run.output("gone_guess.reveal")

    assert "Ana's process: renewed again and again" in said
    assert "Ben's process: from" in said


def test_ben_gets_what_he_missed_from_another_process(run: LessonRun) -> None:
    assert run.output("*what_ben_missed") == "Ben gets: Where is Ben?"


def test_the_whole_server_sends_what_was_missed_to_a_client_that_comes_back(run: LessonRun) -> None:
    said = run.output("resume(ben").splitlines()

    assert said[:5] == [f"Ana: Ben, are you there? ({number})" for number in range(1, 6)]
    assert said[5:] == ["Ben has left", "Ben has joined", "online: Ana, Ben"]


def test_without_redis_each_cell_says_what_it_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    run = run_lesson(LESSON)

    assert run.output("PrivateRedis().start()").startswith("Redis is not installed")
    assert run.output("lost_guess.reveal").startswith("Without Redis, this cell is left out.")
    assert run.output("does_ben_receive(workers)").endswith(": no")


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_two_people_talk_over_two_processes(redis: None, page: NotebookPage) -> None:
    run_up_to(page, "step_13_pubsub_chat:app")
    # Until the new panels are there, the last ones are those above.
    page.panel("Ana").wait_for_row('"hi"')
    page.panel("Ana").type_and_send("Hello Ben")
    page.panel("Ben").wait_for_row("Hello Ben")

    assert page.errors() == []
