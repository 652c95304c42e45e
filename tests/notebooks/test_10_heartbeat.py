"""Lesson 10: silence is noticed, a client comes back, and ten cuts take nothing from it."""

import re

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "10_heartbeat.ipynb"


def test_nobody_notices_a_pulled_cable(run: LessonRun) -> None:
    assert "It was “2”, because nobody has noticed: Ana's panel says open, too" in run.output(
        "pull_guess.reveal"
    )


def test_a_short_break_heals(run: LessonRun) -> None:
    lines = run.output("tap.diagram(last=5)").splitlines()

    assert [line.split("  ")[-1].strip() for line in lines[-2:]] == [
        "cable plugged in: all passes",
        '"Lunch at noon?"',
    ]


def test_a_pong_has_the_bytes_of_its_ping(run: LessonRun) -> None:
    wire = run.output("tap.clear()")
    pings, pongs = (re.findall(rf"{word} ((?:\w\w ?)+)", wire) for word in ("ping", "pong"))

    assert set(pongs) <= set(pings) and pongs


def test_uvicorn_notices_and_ana_reads_it_later(run: LessonRun) -> None:
    first, second = run.output("until(lambda: len(chat").splitlines()

    assert first.endswith("Her panel says open.")
    assert second == "Plugged in, she reads 1011 keepalive ping timeout"


def test_uvicorn_does_not_free_a_stalled_reader(run: LessonRun) -> None:
    assert "It was “1”, because the endpoint is still sending" in run.output("film_guess.reveal")


def test_a_client_that_answers_no_ping_of_ours_reads_4008(run: LessonRun) -> None:
    assert re.match(r'4008 Heartbeat timeout( \{"type": "ping"\})+$', run.output("*eve.messages"))


def test_the_library_resumes_nothing(run: LessonRun) -> None:
    assert "It was “30”. 31 written: 30 lost, 0 doubled, in order" in run.output("miss_guess.reveal")


def test_jitter_spreads_the_attempts(run: LessonRun) -> None:
    words = run.output("plot_attempts(await")
    together = {way: int(most) for way, most in re.findall(r"(.+): \d+ attempts, at most (\d+)", words)}

    assert list(together) == ["always 0.2 s", "doubling", "with jitter"]
    assert together["with jitter"] < together["always 0.2 s"]


def test_ten_cuts_take_nothing(run: LessonRun) -> None:
    lines = run.output('display(tap.view(9, "Ana"').splitlines()

    assert lines[-1] == "31 written: 0 lost, 0 doubled, in order"


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Send what a client missed" in run.output('check("missed_messages"')


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_pulls_the_cable_and_loses_nothing(page: NotebookPage) -> None:
    run_up_to(page, "VBox([writer")
    wire = page.page.get_by_role("group", name="Ana on the wire").last
    # Until the new panel is there, the last one is that of the chat.
    page.panel("Ben").region.get_by_text("/ws/newsroom").wait_for()
    page.page.get_by_role("button", name="Pull the cable").last.click()
    page.panel("Ben").type_and_send("Are you there?")
    wire.locator("title", has_text="cable pulled").last.wait_for(state="attached")
    page.page.get_by_role("button", name="Plug it in").last.click()

    wire.locator("title", has_text="Are you there?").last.wait_for(state="attached")
    # However many of them crossed meanwhile.
    assert wire.locator("title", has_text="ping").count() == 0
