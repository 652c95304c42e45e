"""Lesson 2: one echo server, four kinds of client, and what becomes of asyncio.run in a notebook."""

import sys

import ipykernel
import pytest

from tests.jupyterlab import JupyterLab, NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "02_echo.ipynb"


def test_the_server_built_by_hand_answers_and_stops(run: LessonRun) -> None:
    said = run.output("by_hand.should_exit = True").splitlines()

    assert said == ["Echo: Hello", "The server's thread has ended."]


@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("ana.receive(), ana.receive()", "('Echo: Hello', 'Echo: Hello')"),
        ("async def say_hello", "Echo: Hello from Ben"),
        ("terminal.communicate", "Echo: Hello from a terminal"),
    ],
)
def test_each_client_hears_the_echo(run: LessonRun, client: str, words: str) -> None:
    assert words in run.output(client)


def test_the_first_frame_is_explained_bit_by_bit(run: LessonRun) -> None:
    shown = run.output(".explain()")

    assert shown.startswith("Ana → server: one frame, text, 11 bytes on the wire")
    assert "FIN" in shown and "Hello" in shown


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Answer in capitals" in run.output('check("capitals"')
    assert run.output('hint("capitals")').startswith("Hint ")


def test_asyncio_run_fails_in_a_cell(run: LessonRun) -> None:
    said = run.output("asyncio.run(hello)")
    assert said == "RuntimeError: asyncio.run() cannot be called from a running event loop"


def test_what_helps_a_script_depends_on_the_python(run: LessonRun) -> None:
    python, plain, nested, nested2 = run.output("subprocess.run(").splitlines()
    breaks = "RuntimeError: Timeout should be used inside a task"

    assert python == f"Python {sys.version_info.major}.{sys.version_info.minor}"
    assert plain == "plain → RuntimeError: asyncio.run() cannot be called from a running event loop"
    assert nested == f"nest_asyncio → {'main has run' if sys.version_info < (3, 14) else breaks}"
    assert nested2 == "nest_asyncio2 → main has run"


def test_a_binary_message_ends_one_connection_and_shows_the_learners_line(run: LessonRun) -> None:
    said = run.output("ana.send(b")
    assert "because the endpoint failed; she reads code 1006." in said
    assert "async for text in websocket.iter_text():" in run.output("print(server.errors[-1])")
    assert "site-packages" not in run.output("print(server.errors[-1])")


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_the_browser_talks_with_the_printed_lines(page: NotebookPage) -> None:
    index = run_up_to(page, "const socket")
    paste = "(code) => new Promise((done) => new Function('console', code)({ log: done }))"

    assert page.page.evaluate(paste, page.output(index)) == "Echo: Hello from the browser"


def test_a_person_types_and_two_panels_of_the_lesson_agree(page: NotebookPage) -> None:
    run_up_to(page, "ClientPanel(tap")
    ana = page.panel("Ana")
    ana.type_and_send("typed by hand")

    ana.wait_for_row("Echo: typed by hand")
    assert ana.rows()[-2:] == ["typed by hand", "Echo: typed by hand"]


@pytest.mark.skipif(ipykernel.version_info[0] < 7, reason="ipykernel 6 goes on.")
def test_nest_asyncio_in_the_kernel_would_hang_run_all(lab: JupyterLab) -> None:
    page = lab.open_cells(
        "import nest_asyncio, asyncio\nnest_asyncio.apply()",
        "asyncio.run(asyncio.sleep(0.5))",
        "print('never reached')",
        "print('nor this')",
    )

    with pytest.raises(pytest.fail.Exception, match="still busy"):
        page.run_all(deadline=6)
