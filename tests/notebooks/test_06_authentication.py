"""Lesson 6: what each client hears of a refusal, how a token travels, and whose page is asking."""

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "06_authentication.ipynb"
RUN_AND_LISTEN = """(code) => new Promise((done) => {
  const lines = [];
  const log = (...words) => { if (lines.push(words.join(' ').trim()) === %d) done(lines.sort()); };
  new Function('console', code)({ log });
})"""


def test_a_number_in_an_address_is_no_proof(run: LessonRun) -> None:
    assert run.output("with BackgroundServer(open_app)") == "Ben receives: Client 7: Lend me some money"


def test_four_refusals_are_heard_in_four_ways(run: LessonRun) -> None:
    heard = run.output("wire[way]")

    for words in ("HTTP 403", "HTTP 401", "4001 Invalid token", "1008 Invalid token"):
        assert words in heard


def test_a_refusal_before_accept_never_leaves_http(run: LessonRun) -> None:
    lines = [" ".join(line.split()) for line in run.output("wire[way]").splitlines()]

    for words in (
        "server → before-accept http 403 Forbidden",
        "server → http http 401 Unauthorized",
        'server → own-code close close 4001 private use "Invalid token"',
        'server → policy close close 1008 policy violation "Invalid token"',
    ):
        assert words in lines
    assert not any("before-accept close" in line for line in lines)


def test_the_test_client_tells_another_story(run: LessonRun) -> None:
    assert "It was “4001”, because it repeats the app; on the wire it became HTTP 403" in run.output(
        "test_guess.reveal"
    )


def test_every_carrier_is_welcomed_and_only_the_query_is_logged(run: LessonRun) -> None:
    lines = run.output("display=False) as log:\n        answer").splitlines()

    assert all('"type":"welcome"' in line for line in lines)
    assert [line.split()[0] for line in lines if "IN THE LOG" in line] == ["query"]
    assert len(lines) == 5


def test_an_equal_start_makes_only_the_usual_comparison_slower(run: LessonRun) -> None:
    assert "It was “longer”, because it stops at the fault" in run.output("equal_guess.reveal")


def test_cors_does_not_guard_a_websocket_and_the_origin_check_does(run: LessonRun) -> None:
    assert "It was “welcome" in run.output("cors_guess.reveal")
    answers = dict(line.split(" → ") for line in run.output("for query in").splitlines())
    assert answers["https://evil.example"] == answers["null"] == "HTTP 403"
    assert answers["None"] == answers["?token=secret-token"] == '{"type":"welcome"}'
    assert {answers[f"?token={wrong}"] for wrong in ("", "guess", "ü")} == {"4001 Invalid token"}


def test_the_finished_server_logs_no_token(run: LessonRun) -> None:
    log = run.output("as talkative")

    assert "/ws/auth?…" in log
    assert "secret-token" not in log


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Ask for the token first" in run.output('check("first_message"')


def test_it_runs_again_for_everyone_and_nothing_goes_wrong_in_the_background(
    run: LessonRun, page: NotebookPage
) -> None:
    again = run_all_for_everyone(page, run)

    # A panel that is shown sends messages to the kernel, which must find its own streams and displays.
    outputs = [output for cell in again.code for output in cell.outputs]
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []


def test_a_browser_hears_what_the_lesson_says(page: NotebookPage) -> None:
    code = page.output(run_up_to(page, "for (const way of"))

    assert page.page.evaluate(RUN_AND_LISTEN % 6, code) == [
        "before-accept 1006",
        "before-accept error",
        "http 1006",
        "http error",
        "own-code 4001 Invalid token",
        "policy 1008 Invalid token",
    ]


def test_a_person_presses_connect_at_two_doors(page: NotebookPage) -> None:
    run_up_to(page, "HBox([ClientPanel")
    for name in ("Eve", "Ben"):
        page.panel(name).press("Connect")

    page.panel("Eve").wait_for_state("refused · HTTP 403")
    page.panel("Ben").wait_for_state("closed · 4001")


def test_a_browser_needs_a_subprotocol_to_be_named(page: NotebookPage) -> None:
    code = page.output(run_up_to(page, '["chat", "{TOKEN}"]'))

    assert page.page.evaluate(RUN_AND_LISTEN % 2, code) == ["error", '{"type":"welcome","by":"subprotocol"}']


def test_a_person_with_the_token_is_heard_and_jupyterlabs_own_page_is_foreign(page: NotebookPage) -> None:
    run_up_to(page, "server = BackgroundServer(app).start()")
    ana = page.panel("Ana")
    ana.type_and_send("It is me")
    ana.wait_for_row("Echo: It is me")

    address = ana.region.get_by_text("?token=secret-token").inner_text()
    knock = f'const socket = new WebSocket("{address}"); socket.onclose = (event) => console.log(event.code);'
    assert page.page.evaluate(RUN_AND_LISTEN % 1, knock) == ["1006"]
