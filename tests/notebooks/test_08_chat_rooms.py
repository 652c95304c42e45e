"""Lesson 8: a name goes to one client at a time, rooms are apart, and the server's page is shown."""

import json

from playwright.sync_api import expect

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to
from tests.server_snippets.static.connection_card import ConnectionCard


LESSON = "08_chat_rooms.ipynb"


def test_a_dict_of_names_loses_who_is_still_there(run: LessonRun) -> None:
    assert run.output("phone.receive()") == "'Lunch at noon?'"
    assert "It was “nobody”, because Ben's connection ended with 1006" in run.output("letter_guess.reveal")


def test_the_other_room_hears_nothing(run: LessonRun) -> None:
    assert "It was “Ana and Ben”, because " in run.output("room_guess.reveal")


def test_a_taken_name_and_bad_names_read_their_codes(run: LessonRun) -> None:
    answers = [line.split(" · ")[0] for line in run.output("guest.wait_closed()").splitlines()]

    assert answers == ["4009 Username taken"] + ["4000 Bad name"] * 4


def test_a_client_that_vanishes_leaves_like_any_other(run: LessonRun) -> None:
    assert json.loads(run.output("ben.vanish()")) == {"type": "left", "room": "lobby", "username": "ben"}


def test_a_whisper_is_not_heard_by_others_in_the_room(run: LessonRun) -> None:
    assert "It was “that Ana types" in run.output("whisper_guess.reveal")


def test_in_the_end_no_room_and_no_name_is_left(run: LessonRun) -> None:
    assert run.output("Left behind") == "Left behind: 0 rooms, 0 names."


def test_the_server_s_page_stands_in_the_text_as_its_address(run: LessonRun) -> None:
    assert run.output("PageView(whole_server)").startswith("Test page · http://127.0.0.1:")


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


def test_the_panels_show_history_typing_and_who_is_online(page: NotebookPage) -> None:
    run_up_to(page, "PageView(whole_server)")
    ben, eve = page.panel("Ben"), page.panel("Eve")
    for kind in ("history", "typing", "users"):
        ben.wait_for_row(kind)
        eve.wait_for_row(kind)
    ben.wait_for_row("private")

    assert "ana, ben, eve" in ben.people
    assert not any("private" in row for row in eve.rows())


def test_the_page_in_the_notebook_echoes_and_chats_with_the_panels(page: NotebookPage) -> None:
    run_up_to(page, "PageView(whole_server)")
    card = ConnectionCard(page.page.frame_locator('iframe[title="Test page"]')).connect().send("Hello")
    expect(card.rows("received")).to_have_text(["Echo: Hello"])

    card.press("Disconnect")
    card.choose("ws/chat", username="zoe")
    # A card is called as its username says.
    zoe = ConnectionCard(page.page.frame_locator('iframe[title="Test page"]'), "zoe")
    zoe.connect().send('{"action": "message", "text": "Hi"}', kind="JSON")
    page.panel("Ben").wait_for_row("Hi")
