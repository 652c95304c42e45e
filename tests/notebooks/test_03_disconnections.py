"""Lesson 3: every close code is seen live, from the client's side and from the endpoint's."""

import re

import pytest

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "03_disconnections.ipynb"
CODES = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 3000, 4001]


@pytest.fixture(scope="module")
def rows(run: LessonRun) -> list[list[str]]:
    """Return the rows of the lesson's last table: code, how, client, endpoint."""
    lines = run.output('table("Every end').splitlines()[2:]
    return [re.split(" {2,}", line) for line in lines]


def test_every_close_code_is_in_the_table_in_order(rows: list[list[str]]) -> None:
    assert sorted({int(code) for code, *_ in rows}) == CODES
    assert [int(code) for code, *_ in rows] == sorted(int(code) for code, *_ in rows)


@pytest.mark.parametrize(
    ("how", "client", "endpoint"),
    [
        ("the endpoint failed", "no close frame came", "KeyError: 'text'"),
        ("the endpoint returned", "no close frame came", "nothing"),
        ("client leaves: tab closed", "closed by this client: 1001", "WebSocketDisconnect 1001 see you"),
        ("server closes: done", "closed by the server: 1000 OK (Goodbye)", "said goodbye"),
        ("server closes: not text", "closed by the server: 1003", "WebSocketException 1003"),
        ("server closes: not a number", "closed by the server: 1008", "WebSocketException 1008"),
        ("server closes: a bug", "closed by the server: 1011", "ZeroDivisionError"),
        ("the connection is cut", "1006 abnormal closure", "WebSocketDisconnect 1005"),
        ("by hand: no mask", "88 13 03 ea incorrect masking", "WebSocketDisconnect 1002"),
        ("by hand: no UTF-8", "88 02 03 ef", "WebSocketDisconnect 1007"),
        ("by hand: no code", "88 00", "WebSocketDisconnect 1005"),
        ("message too big", "closed by the server: 1009", "WebSocketDisconnect 1009"),
        ("no answer to pings", "1011 internal error (keepalive ping timeout)", "WebSocketDisconnect 1005"),
        ("the server stops", "closed by the server: 1012", "WebSocketDisconnect 1012"),
    ],
)
def test_both_sides_of_an_end_are_kept(rows: list[list[str]], how: str, client: str, endpoint: str) -> None:
    (row,) = (row for row in rows if row[1] == how)

    assert client in row[2]
    assert row[3].startswith(endpoint)


def test_a_goodbye_is_a_close_frame_each_way(run: LessonRun) -> None:
    lines = run.output("tap.diagram(last=8)").splitlines()
    closes = [" ".join(line.split()) for line in lines if "close 4001" in line]

    assert closes == [
        'Ben → server close close 4001 private use "see you"',
        'server → Ben close close 4001 private use "see you"',
    ]


def test_the_close_frame_of_a_bug_is_explained(run: LessonRun) -> None:
    shown = run.output("frame.close_code == 1011")

    assert "server → Ben" in shown and "1011" in shown and "Something broke here" in shown


@pytest.mark.parametrize(
    ("prediction", "answer"),
    [("return_guess", "1006"), ("vanish_guess", "WebSocketDisconnect 1005"), ("early_guess", "HTTP 403")],
)
def test_each_prediction_is_answered_by_the_run(run: LessonRun, prediction: str, answer: str) -> None:
    assert f"It was “{answer}”, because " in run.output(f"{prediction}.reveal")


def test_what_may_not_be_sent_is_refused(run: LessonRun) -> None:
    assert run.output("return_exceptions=True").splitlines() == [
        "999: invalid status code",
        "1005: invalid status code",
        "1006: invalid status code",
        "5000: invalid status code",
        "4000: control frame too long",
    ]


def test_closing_blindly_shows_the_line_that_did_it(run: LessonRun) -> None:
    shown = run.output("until(lambda: careless.errors)").splitlines()

    assert shown[-2:] == ["    await websocket.close()", "starlette.websockets.WebSocketDisconnect"]


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: No guests at all" in run.output('check("zero_guests"')


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_shares_a_cake_and_presses_disconnect(page: NotebookPage) -> None:
    start = "ClientPanel(server"
    run_up_to(page, start)
    ana = page.panel("Ana")
    ana.type_and_send("4")
    ana.wait_for_row("250 g each")
    ana.press("Disconnect")
    ana.wait_for_row("closed by this client: 1000 OK")

    # What the person did before does not disturb what the lesson measures afterwards.
    leaves = run_up_to(page, "client leaves", after=start)
    assert "WebSocketDisconnect 4001 see you" in page.output(leaves)


def test_a_person_who_says_bye_reads_the_servers_goodbye(page: NotebookPage) -> None:
    run_up_to(page, "ClientPanel(server")
    ana = page.panel("Ana")
    ana.type_and_send("bye")

    ana.wait_for_row("closed by the server: 1000 OK (Goodbye)")
    assert ana.state == "closed · 1000 OK"


def test_a_person_predicts_and_the_run_answers(page: NotebookPage) -> None:
    question = run_up_to(page, "return_guess = Prediction")
    page.cell(question).get_by_role("group").get_by_text("1011").click()
    answer = run_up_to(page, "return_guess.reveal", after="return_guess = Prediction")

    assert "✗ You predicted “1011”. It was “1006”, because" in page.output(answer)
