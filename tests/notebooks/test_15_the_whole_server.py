"""Lesson 15: the whole server keeps every practice, a naive one none; each problem is seen and fixed."""

import re

from playwright.sync_api import expect

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to
from tests.server_snippets.server.static.connection_card import ConnectionCard


LESSON = "15_the_whole_server.ipynb"
SET_SOURCE = """([index, source]) => {
  jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(source);
}"""


def rows(run: LessonRun, part: str) -> list[str]:
    """Return the lines that a cell shows, each with single spaces, without those of the server's log."""
    # The server warns of a foreign origin once a minute: under which cell depends on the machine.
    lines = [" ".join(line.split()) for line in run.output(part).splitlines()]
    return [line for line in lines if not line.startswith("event=")]


def test_the_server_is_read_from_above(run: LessonRun) -> None:
    said = run.output("getsource(make_app)")

    assert "app.add_middleware(Protection" in said
    assert "app.include_router(chat_router" in said


def test_the_metrics_move_while_a_crowd_talks(run: LessonRun) -> None:
    said = run.output("changes(before, after)")

    assert "It was “550”" in said.splitlines()[0]
    lines = {line.split()[0]: line.split()[1:] for line in rows(run, "changes(before, after)")}
    assert lines["websocket_connections"] == ["0", "50", "+50"]
    assert lines["websocket_messages_received_total"] == ["0", "60", "+60"]
    assert lines["websocket_messages_sent_total"] == ["0", "550", "+550"]


def test_a_foreign_page_is_a_number_and_nothing_else_changes(run: LessonRun) -> None:
    lines = rows(run, "changes(after, read_metrics(busy))")

    assert "HTTP 403" in lines[0]
    assert lines[-1] == 'websocket_handshakes_rejected_total{reason="origin"} 0 1 +1'


def test_the_whole_server_keeps_six_of_six(run: LessonRun) -> None:
    said = run.output("checklist(find_all(server))")

    assert said.startswith("6 of 6 passed") and "✗" not in said


def test_the_hasty_one_keeps_none_and_each_line_says_why(run: LessonRun) -> None:
    said = run.output("naive_guess.reveal")

    assert "It was “0" in said
    assert "0 of 6 passed" in said
    assert "Ben received no “left” within 3 s." in said
    assert "which is no JSON" in said


def test_without_pings_the_heartbeat_alone_fails(run: LessonRun) -> None:
    lines = rows(run, "as without_pings")

    assert lines[0] == "5 of 6 passed"
    assert [line[:11] for line in lines if "✗ failed" in line] == ["A heartbeat"]


def test_a_seventh_practice_joins_the_list(run: LessonRun) -> None:
    lines = rows(run, "def huge_messages_are_refused")

    assert lines[0] == "6 of 7 passed"
    assert (
        "Huge messages are refused: no client fills the memory. ✓ passed Eve was closed with 1009." in lines
    )


def test_two_refusals_differ(run: LessonRun) -> None:
    nobody, _, somebody, _, welcome, *_ = rows(run, "tap.stop()\nnaive.stop()")

    assert nobody.endswith("is the server running?")
    assert somebody.endswith("403 Forbidden")
    assert welcome.endswith("101 Switching Protocols")


def test_an_endpoint_that_ends_closes_with_1006(run: LessonRun) -> None:
    said = run.output("once_guess.reveal")

    assert "It was “1006" in said
    # If her second text comes after the end, the system answers it by a reset.
    assert re.search(r"TCP (ended \(FIN\)|was reset \(RST\)) without a close frame \(1006\)", said)


def test_the_loop_fixes_it(run: LessonRun) -> None:
    assert '"Echo: Still there?"' in run.output("talk(echo_app")


def test_a_missing_await_sends_nothing(run: LessonRun) -> None:
    lines = rows(run, "talk(mute_app")

    assert not [line for line in lines if line.startswith("server → Ana text")]
    assert any("was never awaited" in line for line in lines)


def test_what_is_kept_is_counted(run: LessonRun) -> None:
    assert run.output("kept_by(keeping_app)") == "Kept after 50 visits: 50 | by lesson 4's server: 0"


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_talks_at_every_door(page: NotebookPage) -> None:
    end = run_up_to(page, "HBox(panels)")
    page.panel("Eve").type_and_send("Is it me?")
    page.panel("Eve").wait_for_row("Echo: Is it me?")
    page.panel("Ben").wait_for_row("Client 1: Hello")
    run_up_to(page, "HBox([ana, ben])", after=page.content()["cells"][end]["source"])
    # Until the new panels are there, the last ones are those above.
    page.panel("Ana").wait_for_row("Lunch at noon?")
    page.panel("Ana").type_and_send("/pm Ben psst")
    page.panel("Ben").wait_for_row("psst")

    assert page.errors() == []


def test_the_page_in_the_notebook_echoes_and_chats_with_the_panels(page: NotebookPage) -> None:
    run_up_to(page, "PageView(server")
    frame = page.page.frame_locator('iframe[title="Test page"]')
    card = ConnectionCard(frame).connect().send("Hello")
    expect(card.rows("received")).to_have_text(["Echo: Hello"])

    card.press("Disconnect")
    card.choose("ws/chat", username="zoe")
    # A card is called as its username says.
    ConnectionCard(frame, "zoe").connect().send('{"action": "message", "text": "Hi"}', kind="JSON")
    page.panel("Ana").wait_for_row("Hi")


def test_a_person_adds_a_practice_that_fails(page: NotebookPage) -> None:
    end = run_up_to(page, "def huge_messages_are_refused")
    source = page.content()["cells"][end]["source"]
    page.page.evaluate(SET_SOURCE, [end, source.replace("code == 1009", "code == 1002")])
    page.run_cell(end)

    assert "5 of 7 passed" in page.output(end)
    assert "Eve's connection was closed with 1009." in page.output(end)
