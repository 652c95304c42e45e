"""Lesson 7: every wrong message gets an error, the connection stays open, and nobody else notices."""

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "07_json_messages.ipynb"


def test_receive_json_cuts_off_who_sends_a_comma_too_many(run: LessonRun) -> None:
    assert '{"data":1}' in run.output("comma_guess.reveal")
    assert "It was “1006" in run.output("comma_guess.reveal")


def test_a_text_that_is_no_json_gets_an_error_and_json_a_response(run: LessonRun) -> None:
    error, response = run.output('ana.say("Hello?")').splitlines()[-2:]

    assert '"code": "invalid_json"' in error
    assert response == '{"type": "response", "data": "Hello!"}'


def test_only_the_subscriber_hears_the_news(run: LessonRun) -> None:
    heard, *wire = run.output("ana.send_json").splitlines()

    assert heard == '{"type": "message", "channel": "news", "message": "Hello"}'
    assert [line.split("   ")[0].strip() for line in wire[-4:]] == [
        "Ben → server",
        "server → Ben",
        "Ana → server",
        "server → Ben",
    ]
    assert "It was “Ben”, because " in run.output("news_guess.reveal")


def test_eight_wrong_messages_get_eight_errors_and_end_nothing(run: LessonRun) -> None:
    *lines, outcome = run.output("for name, message in wrong.items()").strip().splitlines()

    assert [line[20:36].strip() for line in lines if line] == [
        "invalid_json",
        "invalid_message",
        "invalid_json",
        "unknown_action",
        "unknown_action",
        "invalid_message",
        "invalid_message",
        "text_expected",
    ]
    assert "It was “0" in outcome


def test_nobody_else_notices(run: LessonRun) -> None:
    assert run.output('ben.say("still here")').endswith(
        '{"type": "response", "data": "still here"} | exceptions: 0'
    )


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Roll a die" in run.output('check("roll"')


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_reads_the_error_and_goes_on(page: NotebookPage) -> None:
    run_up_to(page, "HBox([ana, ben.connect()])")
    ana, ben = page.panel("Ana"), page.panel("Ben")
    ana.type_and_send("Hello?")
    ana.wait_for_row("invalid_json")
    ana.type_and_send('{"action": "echo", "data": "better"}')
    ana.wait_for_row("response")
    ben.type_and_send("Hi")
    ben.wait_for_row("response")

    assert ana.state == ben.state == "open"
