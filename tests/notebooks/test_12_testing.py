"""Lesson 12: a test and a client disagree, red turns green, and each break but one makes a test fail."""

import re

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "12_testing.ipynb"
SET_SOURCE = """([index, source]) => {
  jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(source);
}"""
OWN_TEST = """async def test_an_empty_room_is_forgotten(chat, come):
    come("lobby", "ana").disconnect()
    await until(lambda: "ana" not in chat.manager.users)
    assert chat.manager.rooms == {}
"""


def test_a_refusal_frees_the_name_in_the_tidied_chat(run: LessonRun) -> None:
    said = run.output("name_guess.reveal")

    assert said.startswith("The first time, Eve reads 4009 Username taken")
    assert "It was “open" in said


def test_the_two_agree_twice_and_differ_six_times(run: LessonRun) -> None:
    rows = [re.split("  +", line) for line in run.output("answers_table(answers)").splitlines()]

    assert "It was “6" in rows[0][0]
    assert rows[3:] == [
        ["/ws/own-code", "code 4001", "code 4001", "✓ agree"],
        ["/ws/http", "HTTP 401", "HTTP 401", "✓ agree"],
        ["/ws/before-accept", "code 4001", "HTTP 403", "✗ differ"],
        ["/no-such-path", "code 1000", "HTTP 403", "✗ differ"],
        ["2,000 letters", "2,006 letters", "code 1009", "✗ differ"],
        ["silence", "still waits", "gives up", "✗ differ"],
        ["event loops for two", "2", "1", "✗ differ"],
        ["work saved, of two", "0", "2", "✗ differ"],
    ]


def test_the_test_of_names_is_red_first_and_green_when_the_server_is_fixed(run: LessonRun) -> None:
    red, green = run.output("def run_tests"), shown_by_line(run, 'print(run_tests("-q"))')

    assert "test_names.py" in red and "DID NOT RAISE ConnectionClosed" in red and "1 failed" in red
    assert "1 passed" in green


def test_sleeping_is_too_short_one_day_and_waiting_is_not(run: LessonRun) -> None:
    said = run.output("by_sleeping = ")

    assert "by sleeping: False" in said
    assert "by waiting: False" not in said


def test_bad_days_are_green(run: LessonRun) -> None:
    said = shown_by_line(run, 'print(run_tests("-v"))')

    assert said.count("PASSED") == 7
    assert "7 passed" in said


def test_one_break_goes_unnoticed(run: LessonRun) -> None:
    said = run.output("break_guess.reveal")

    assert re.findall(r"FAILED (\w+)\.py.*?\[(.+?)\]", said) == [
        ("test_names", "names for all"),
        ("test_rooms", "one big room"),
    ]
    assert "2 failed, 19 passed" in said
    assert "It was “rooms are kept" in said


def test_both_servers_are_loaded(run: LessonRun) -> None:
    said = run.output("plot_load(sizes")

    for server in "naive loop", "lesson 11":
        assert re.search(rf"{server} — 25: [\d.]+ · .* · 400: [\d.]+", said)


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_writes_the_test_that_notices(page: NotebookPage) -> None:
    gap = run_up_to(page, "async def test_an_empty_room")
    page.page.evaluate(SET_SOURCE, [gap, OWN_TEST])
    page.run_cell(gap)
    end = run_up_to(page, 'check("empty_room"', after="async def test_an_empty_room")

    assert "All 2 steps are right." in page.output(end)


def test_two_people_talk_in_the_tidied_chat(page: NotebookPage) -> None:
    run_up_to(page, "HBox(people)")
    page.panel("Ana").type_and_send("Lunch at noon?")

    page.panel("Ben").wait_for_row("Lunch at noon?")
    assert page.errors() == []


def shown_by_line(run: LessonRun, line: str) -> str:
    """Return what the one cell shows that consists of this line."""
    (cell,) = [cell for cell in run.code if cell.source == line]
    return "".join(output.text for output in cell.outputs)
