"""A submission runs in a kernel of its own, and every way to fail has its own outcome."""

import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from websocket_lab.grading.headless_check import Report, Run, check_notebook
from websocket_lab.grading.verdict import VERDICT_JSON


Submit = Callable[..., Path]
VERDICT = {
    "id": "shouting",
    "outcome": "passed",
    "passed": True,
    "step": "",
    "claim": "",
    "message": "All right.",
    "steps": [],
}


def show(**changes: object) -> str:
    """Return code whose cell displays a verdict, as `check` does."""
    return f"display({{{VERDICT_JSON!r}: {VERDICT | changes!r}}}, raw=True)"


HANGS = "while True: pass"
FAILED = show(
    outcome="failed", passed=False, step="speaks", claim="Ana is answered.", message="Ana received nothing."
)


@pytest.fixture
def submit(tmp_path: Path) -> Submit:
    def write(*sources: str, name: str = "ana.ipynb") -> Path:
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        kernel = {"kernelspec": {"name": "of-ana", "display_name": "Ana's own kernel", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def time_ends_at_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time end when the cell that hangs begins, however long the kernel took to start."""
    note_cell = Run._note_cell

    def note_and_end(run: Run, cell: nbformat.NotebookNode, cell_index: int) -> None:
        note_cell(run, cell_index)
        if cell.source == HANGS:
            run.deadline = time.monotonic()

    monkeypatch.setattr(Run, "_note_cell", note_and_end)


def only(path: Path, timeout: float = 60) -> Report:
    (report,) = check_notebook(path, timeout)
    return report


def test_a_pass_is_a_pass(submit: Submit) -> None:
    report = only(submit(show()))

    assert (report.exercise, report.outcome, report.passed) == ("shouting", "passed", True)


def test_a_failure_names_its_step(submit: Submit) -> None:
    report = only(submit(FAILED))

    assert not report.passed
    assert (report.step, report.claim) == ("speaks", "Ana is answered.")
    assert report.message == "Ana received nothing."


def test_the_last_verdict_counts(submit: Submit) -> None:
    assert only(submit(FAILED, show())).outcome == "passed"
    assert only(submit(show(), FAILED)).outcome == "failed"


def test_every_exercise_in_it_is_reported(submit: Submit) -> None:
    found = check_notebook(submit(show(), show(id="whisper"), FAILED), 60)

    assert {report.exercise: report.outcome for report in found} == {
        "shouting": "failed",
        "whisper": "passed",
    }


def test_printing_a_verdict_is_none(submit: Submit) -> None:
    report = only(submit(f"print({VERDICT!r})", f"{VERDICT!r}", "print('✓ passed')"))

    assert report.outcome == "no check"


def test_an_output_from_before_is_none(submit: Submit) -> None:
    path = submit("1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", {VERDICT_JSON: VERDICT})]
    notebook.cells[0].metadata["tags"] = ["skip-execution"]
    nbformat.write(notebook, path)

    assert only(path).outcome == "no check"


@pytest.mark.parametrize(
    "verdict", [show(outcome="fine"), show(outcome="failed"), show(passed="yes"), show(id=1)]
)
def test_what_is_not_shaped_like_a_verdict_is_none(submit: Submit, verdict: str) -> None:
    assert only(submit(verdict)).outcome == "no check"


def test_a_cell_that_fails_is_named(submit: Submit) -> None:
    report = only(submit("1", "1 / 0", "2"))

    assert (report.outcome, report.message) == (
        "does not run",
        "Cell 2 raised ZeroDivisionError: division by zero",
    )


def test_a_syntax_error_is_shown_with_its_line(submit: Submit) -> None:
    report = only(submit("loud = True\nif loud\n    print(loud)"))

    assert report.outcome == "does not run"
    assert report.message.splitlines() == [
        "Cell 1 raised SyntaxError: expected ':' (line 2)",
        "    if loud",
    ]


def test_a_cell_that_fails_before_the_check_is_named_with_its_failure(submit: Submit) -> None:
    assert only(submit("if True", FAILED)).message.splitlines() == [
        "Cell 1 raised SyntaxError: expected ':' (line 1)",
        "    if True",
        "Ana received nothing.",
    ]
    assert only(submit(FAILED, "1 / 0")).message == "Ana received nothing."


def test_the_exercise_is_known_from_the_code_where_no_check_ran(submit: Submit) -> None:
    report = only(submit("1 / 0", 'check("private_messages", make_app)'))

    assert (report.exercise, report.outcome) == ("private_messages", "does not run")
    assert only(submit('check("nothing", make_app)')).exercise == ""


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "ana.ipynb").write_text("\n")
    words = "ana.ipynb is empty. Its download or upload probably failed: ask for the file again."

    assert only(tmp_path / "ana.ipynb").message == words


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((), "The notebook has no code."),
        (("", "\n"), "The notebook has no code."),
        (("1",), "It ran, and no cell calls check(…)."),
    ],
)
def test_a_notebook_without_a_check_says_what_it_has(submit: Submit, cells: list[str], said: str) -> None:
    report = only(submit(*cells))

    assert (report.outcome, report.message) == ("no check", said)


def test_a_cell_that_fails_elsewhere_does_not_matter(submit: Submit) -> None:
    assert only(submit("1 / 0", show(), "input('wait')")).passed


@pytest.mark.usefixtures("time_ends_at_the_loop")
def test_a_cell_that_hangs_is_named(submit: Submit) -> None:
    report = only(submit("1", HANGS, show()))

    assert (report.outcome, report.message) == ("hangs", "Cell 2 was still running after 60 seconds.")


@pytest.mark.usefixtures("time_ends_at_the_loop")
def test_a_pass_before_it_hangs_is_no_pass(submit: Submit) -> None:
    assert only(submit(show(), HANGS)).outcome == "hangs"


def test_a_kernel_that_dies_is_reported(submit: Submit) -> None:
    report = only(submit("import os; os._exit(3)"))

    assert report.outcome == "does not run"
    assert report.message.startswith("Cell 1 ended its kernel (DeadKernelError")


@pytest.mark.parametrize("text", ["an essay", "", "{}", '{"cells": 1, "nbformat": 4, "nbformat_minor": 5}'])
def test_what_is_no_notebook_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "essay.ipynb").write_text(text)

    assert only(tmp_path / "essay.ipynb").outcome == "no notebook"


def test_what_is_not_there_is_no_notebook(tmp_path: Path) -> None:
    assert only(tmp_path / "nowhere.ipynb").outcome == "no notebook"


def test_the_submission_stays_as_it_is_and_alone(submit: Submit) -> None:
    path = submit("open('note.txt', 'w').write('hi')", show())
    before = path.read_bytes()
    only(path)

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["ana.ipynb"]


def test_it_is_no_progress_of_the_teachers(submit: Submit) -> None:
    noted = "from websocket_lab.grading.progress_file import record_visit; record_visit('02_echo')"
    path = submit(noted, show())
    only(path)

    assert not (path.parent / "progress.sqlite3").exists()


@pytest.mark.parametrize(
    "text", ["[" * 1_000_000, '{"cells": [{"cell_type": "code", "source": null}], "nbformat": 4}']
)
def test_what_no_reader_can_read_is_no_notebook(tmp_path: Path, text: str) -> None:
    (tmp_path / "ana.ipynb").write_text(text)

    (report,) = check_notebook(tmp_path / "ana.ipynb", timeout=60)

    assert report.outcome == "no notebook"
    assert "is not a notebook" in report.message
