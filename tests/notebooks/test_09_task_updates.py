"""Lesson 9: a server that works in its loop is deaf; one that works in tasks receives, and tells everyone."""

import json
import re

from playwright.sync_api import Locator

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, index_of, run_all_for_everyone, run_up_to


LESSON = "09_task_updates.ipynb"
BARS = "HBox([TaskBars(ana), TaskBars(ben)])"


def test_the_letter_waits_for_the_whole_report(run: LessonRun) -> None:
    assert "It was “3”, because the loop does one at a time" in run.output("deaf_guess.reveal")


def test_a_client_of_a_deaf_server_is_cut_off(run: LessonRun) -> None:
    assert "It was “1011”. The reason was “keepalive ping timeout”." in run.output("cut_guess.reveal")


def test_the_push_fills_the_bar(run: LessonRun) -> None:
    assert run.output('print(f"{bar.value} of {bar.max}")') == "10 of 10"


def test_the_second_message_is_answered_before_the_first_step(run: LessonRun) -> None:
    [task] = json.loads(run.output('"name": "letter"'))["tasks"]

    assert (task["name"], task["done"], task["total"]) == ("letter", 0, 3)


def test_the_film_goes_on_without_ana(run: LessonRun) -> None:
    said = run.output("leave_guess.reveal")

    # It takes steps while Ana comes back.
    assert re.search(r"It was “go on”, because ([3-9]|\d{2,}) of 200 are done", said)


def test_a_cancelled_and_a_failed_task_say_so(run: LessonRun) -> None:
    assert json.loads(run.output('"action": "cancel"'))["type"] == "cancelled"
    assert json.loads(run.output('STEP_SECONDS = "0.2"'))["detail"] == "TypeError"


def test_five_jobs_run_and_end_with_the_server(run: LessonRun) -> None:
    assert json.loads(run.output("MAX_RUNNING + 1"))["code"] == "too_many_tasks"
    assert " ".join(run.output('print("Tasks:"').split()) == "Tasks: 5 Tasks: 0 | Ana reads 1012"


def bars_of(page: NotebookPage, name: str) -> Locator:
    """Return the tasks as one of the watchers sees them."""
    return page.page.locator(".wsl-host", has_text=f"{name}'s view")


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Listen while you work" in run.output('check("beside_the_loop"')


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_watches_two_bars_and_cancels(page: NotebookPage) -> None:
    run_up_to(page, "ana.vanish()")
    page.cell(index_of(BARS, [cell["source"] for cell in page.content()["cells"]]))
    ana, ben = bars_of(page, "Ana"), bars_of(page, "Ben")
    ana.get_by_text("closed").wait_for()
    # The third or a later one: each is there for a fifth of a second, and Playwright looks twice a second.
    ben.get_by_text(re.compile(r"^([3-9]|\d{2,}) of 200$")).wait_for()
    ben.get_by_role("button", name="Cancel", disabled=False).click()
    ben.get_by_text("cancelled after").wait_for()

    assert ana.get_by_role("button", disabled=False).count() == 0
    assert ben.get_by_role("button", disabled=False).count() == 0


def test_the_traceback_appears_under_the_cell_that_started_the_server(page: NotebookPage) -> None:
    run_up_to(page, 'STEP_SECONDS = "0.2"')
    started = index_of("server = BackgroundServer(app)", [cell["source"] for cell in page.content()["cells"]])

    page.cell(started).get_by_text("An exception left a background task").wait_for()
