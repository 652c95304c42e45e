"""Lesson 8: a name goes to one client at a time, and rooms are apart."""

import json

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "08_chat_rooms.ipynb"


def test_a_dict_of_names_loses_who_is_still_there(run: LessonRun) -> None:
    assert run.output("phone.receive()") == "'Lunch at noon?'"
    assert "It was “nobody”, because Ben's connection ended with 1006" in run.output("letter_guess.reveal")


def test_the_other_room_hears_nothing(run: LessonRun) -> None:
    assert "It was “Ana and Ben”, because " in run.output("room_guess.reveal")


def test_a_taken_name_and_bad_names_read_their_codes(run: LessonRun) -> None:
    answers = [line.split(" · ")[0] for line in run.output("client.wait_closed()").splitlines()]

    assert answers == ["4009 Username taken"] + ["4000 Bad name"] * 4


def test_a_client_that_vanishes_leaves_like_any_other(run: LessonRun) -> None:
    assert json.loads(run.output("ben.vanish()")) == {"type": "left", "room": "lobby", "username": "ben"}


def test_in_the_end_no_room_and_no_name_is_left(run: LessonRun) -> None:
    assert run.output("Left behind") == "Left behind: 0 rooms, 0 names."


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Welcome a newcomer by name" in run.output('check("welcome"')


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_traceback_shows_the_line_that_cut_ben_off(page: NotebookPage) -> None:
    letters = run_up_to(page, "letter_server = BackgroundServer(letters_app)")
    run_up_to(page, "letter_guess.reveal", after="letter_server = BackgroundServer(letters_app)")

    page.cell(letters).locator(".jp-OutputArea", has_text="KeyError: 'ana'").wait_for()
    assert "await users[receiver].send_text(text)" in page.output(letters)


def test_three_people_talk_in_two_rooms(page: NotebookPage) -> None:
    run_up_to(page, "HBox([ana, ben, eve])")
    ana, ben, eve = (page.panel(name) for name in ("Ana", "Ben", "Eve"))
    ben.type_and_send("Tea?")
    ana.wait_for_row("Tea?")
    eve.type_and_send("Nobody here")
    eve.wait_for_row("Nobody here")

    assert not any("Tea?" in row for row in eve.rows())
    assert "ana, ben" in ana.people
