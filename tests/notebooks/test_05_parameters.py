"""Lesson 5: values in the address, refusals that all look alike, and the order of routes."""

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "05_parameters.ipynb"


def test_without_parameters_nobody_has_a_name(run: LessonRun) -> None:
    assert run.output("with BackgroundServer(nameless_app)") == "['Welcome!', 'hi', 'hi']"


def test_names_and_loudness_come_from_the_address(run: LessonRun) -> None:
    assert run.output('eve.say("good morning")') == "Client 1: hi | Client 3: GOOD MORNING"
    assert run.output("eve.disconnect()\n") == "'Client 3 left'"


def test_what_does_not_fit_is_refused_with_403(run: LessonRun) -> None:
    assert "It was “HTTP 403" in run.output("refusal_guess.reveal")
    answers = [line.split(maxsplit=1)[1] for line in run.output("/nowhere").splitlines()]
    assert answers == ["welcome"] * 2 + ["HTTP 403"] * 4


def test_the_limits_hold_on_both_sides(run: LessonRun) -> None:
    *lines, outcome = run.output("results = {").splitlines()
    answers = [line.split(maxsplit=1)[1] for line in lines]

    assert answers == ["HTTP 403", "welcome", "welcome", "HTTP 403", "HTTP 403", "HTTP 403", "welcome"]
    assert "It was “3”" in outcome


def test_percent_signs_are_gone_when_the_endpoint_sees_the_name(run: LessonRun) -> None:
    assert run.output("print(ben.receive())") == "Welcome, Eve & Ana, number 5"


def test_the_wrong_order_swallows_the_fixed_path(run: LessonRun) -> None:
    assert "It was “HTTP 403" in run.output("order_guess.reveal")


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Greet by name and number" in run.output('check("greeting"')


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_browser_sees_1006_and_no_reason(page: NotebookPage) -> None:
    index = run_up_to(page, "const refused")
    paste = "(code) => new Promise((done) => new Function('console', code)({ log: (...all) => done(all) }))"

    assert page.page.evaluate(paste, page.output(index)) == [1006, ""]


def test_three_people_talk_under_their_numbers(page: NotebookPage) -> None:
    run_up_to(page, "HBox([ana, ben, eve])")
    page.panel("Ben").type_and_send("Hello both")

    for name in ("Ana", "Ben", "Eve"):
        page.panel(name).wait_for_row("Client 2: Hello both")
