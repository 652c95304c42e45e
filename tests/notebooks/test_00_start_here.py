"""Lesson 0 tells whether the installation is sound, and brings the first echo within a minute."""

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "00_start_here.ipynb"


def test_every_line_of_the_install_check_has_a_tick(run: LessonRun) -> None:
    lines = run.output("install_check()").splitlines()

    assert len(lines) > 8
    assert all(line.startswith("✓") for line in lines)


def test_the_prediction_is_answered_by_what_came(run: LessonRun) -> None:
    assert "Echo: Hello" in run.output("guess.reveal")


def test_progress_has_a_tick_at_this_lesson(run: LessonRun) -> None:
    assert "✓ 0 · Start here (visited)" in run.output("progress()").splitlines()[1]


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_predicts_types_hello_and_reads_the_echo(page: NotebookPage) -> None:
    run_up_to(page, "ClientPanel(server")
    page.page.get_by_role("radio", name="Hello", exact=True).check()
    ana = page.panel("Ana")
    ana.type_and_send("Hello")
    ana.wait_for_row("Echo: Hello")
    index = run_up_to(page, "guess.reveal", after="ClientPanel(server")

    assert "You predicted “Hello”" in page.output(index)


def test_what_a_person_has_said_before_does_not_spoil_the_answer(page: NotebookPage) -> None:
    run_up_to(page, "ClientPanel(server")
    page.page.get_by_role("radio", name="Echo: Hello", exact=True).check()
    ana = page.panel("Ana")
    ana.type_and_send("Good morning")
    ana.wait_for_row("Echo: Good morning")
    index = run_up_to(page, "guess.reveal", after="ClientPanel(server")

    assert "✓ You predicted “Echo: Hello”" in page.output(index)
