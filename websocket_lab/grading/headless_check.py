"""Run a submitted exercise notebook without a person, and read its verdict.

The submission stays as it is: a copy of it runs in a folder of its own, in a kernel of its own. What it
prints proves nothing; only the verdict that `check` displays during this run counts.
"""

import asyncio
import os
import re
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode

from websocket_lab.grading.exercise_notebook import exercise_ids
from websocket_lab.grading.progress_database import VARIABLE
from websocket_lab.grading.verdict import VERDICT_JSON, Outcome


NO_NOTEBOOK, DOES_NOT_RUN, NO_CHECK, HANGS = "no notebook", "does not run", "no check", "hangs"
EMPTY = "{name} is empty. Its download or upload probably failed: ask for the file again."
NOTHING_CHECKED = "It ran, and no cell calls check(…)."
NO_CODE = "The notebook has no code."
CELL_FILE = re.compile(r"\b\d+\.py, (?=line \d)")
LINE = re.compile(r"\(line (\d+)\)$")
ASKED = re.compile(r"""\bcheck\(\s*["'](\w+)["']""")
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
# What `Verdict.data` holds, and of which type.
SHAPE: dict[str, type] = {
    "id": str,
    "outcome": str,
    "passed": bool,
    "step": str,
    "claim": str,
    "message": str,
    "steps": list,
}


@dataclass(frozen=True)
class Report:
    """The result of one exercise in one notebook.

    Attributes:
        path: The notebook.
        outcome: How the check ended; or `no notebook`, `does not run`, `no check`, `hangs`.
        exercise: The exercise's id, as its check told it or as the notebook asks for it; "" if neither does.
        step: The name of the failed step, or "".
        claim: What that step wants, or "".
        message: What happened, in words.
        steps: Each step's name, claim and whether it passed.
        seconds: How long the notebook ran.
    """

    path: str
    outcome: str
    exercise: str = ""
    step: str = ""
    claim: str = ""
    message: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return self.outcome == Outcome.PASSED

    @property
    def data(self) -> dict[str, Any]:
        """The report for programs."""
        return asdict(self) | {"passed": self.passed}


def check_notebook(path: Path, timeout: float) -> list[Report]:
    """Return a report for each exercise that the notebook checks, or one that says why there is none.

    Args:
        path: The notebook, which stays as it is.
        timeout: How many seconds it may run.
    """
    try:
        notebook = without_outputs(_read(path))
    except (OSError, ValueError, AttributeError) as error:
        return [Report(str(path), NO_NOTEBOOK, message=str(error))]

    start = time.monotonic()
    trouble = Run(notebook, timeout).trouble()
    return reports(path, notebook, trouble, round(time.monotonic() - start, 1))


def _read(path: Path) -> NotebookNode:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        raise ValueError(EMPTY.format(name=path.name))
    try:
        notebook = NotebookNode(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]
        for cell in notebook.cells:
            # nbformat joins a list of lines, and lets everything else pass.
            cell.source = "".join(cell.source)
    except (AttributeError, KeyError, RecursionError, TypeError, nbformat.ValidationError) as error:
        raise ValueError(f"{path.name} is not a notebook: {error}") from error
    return notebook


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Take out all outputs, so that none from before the run can count; return the notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def reports(
    path: Path, notebook: NotebookNode, trouble: tuple[str, str] | None, seconds: float
) -> list[Report]:
    """Return what the notebook's outputs tell after its run."""
    found = verdicts(notebook)
    error = first_error(notebook)
    if trouble and (trouble[0] == HANGS or not found):
        return [Report(str(path), trouble[0], asked_for(notebook), message=trouble[1], seconds=seconds)]
    if not found:
        outcome, words = (DOES_NOT_RUN, error[1]) if error else (NO_CHECK, _nothing_checked(notebook))
        return [Report(str(path), outcome, asked_for(notebook), message=words, seconds=seconds)]
    return [
        _from_verdict(path, verdict, _before(error, number), seconds) for number, verdict in found.values()
    ]


def verdicts(notebook: NotebookNode) -> dict[str, tuple[int, dict[str, Any]]]:
    """Return the last verdict on each exercise, by its id, with the number of its cell."""
    shown = [
        (number, output.get("data", {}).get(VERDICT_JSON))
        for number, cell in enumerate(notebook.cells, 1)
        for output in cell.get("outputs", [])
    ]
    return {verdict["id"]: (number, verdict) for number, verdict in shown if _is_verdict(verdict)}


def asked_for(notebook: NotebookNode) -> str:
    """Return the id of the first exercise that the notebook's code would check, or "" if there is none."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return next((name for name in ASKED.findall(code) if name in exercise_ids()), "")


def first_error(notebook: NotebookNode) -> tuple[int, str] | None:
    """Return the number of the first cell that failed, and how it did, or None if all ran."""
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                # IPython's name for a cell is a long number, and tells nobody anything.
                words = CELL_FILE.sub("", output.evalue)
                return number, f"Cell {number} raised {output.ename}: {words}{_quoted(cell.source, words)}"
    return None


def _quoted(code: str, words: str) -> str:
    """Return the line of code that an error names by its number, below the error."""
    named = LINE.search(words)
    line = "".join(code.splitlines()[int(named[1]) - 1 : int(named[1])]).strip() if named else ""
    return f"\n    {line}" if line else ""


def _before(error: tuple[int, str] | None, number: int) -> str:
    """Return the error if it was raised before that cell: what comes later did not lead to its verdict."""
    return error[1] if error and error[0] < number else ""


def _nothing_checked(notebook: NotebookNode) -> str:
    has_code = any(cell.source.strip() for cell in notebook.cells if cell.cell_type == "code")
    return NOTHING_CHECKED if has_code else NO_CODE


class Run:
    """One run of a notebook, with an end that nothing delays."""

    def __init__(self, notebook: NotebookNode, timeout: float) -> None:
        self.timeout = timeout
        self.deadline = time.monotonic() + timeout
        self.cell = 0
        self._trouble: tuple[str, str] | None = None
        self.client = NotebookClient(
            notebook,
            # Whatever the notebook names: the course's packages are in this Python.
            kernel_name="python3",
            # What comes after a failing cell may still show that the exercise is solved.
            allow_errors=True,
            timeout_func=lambda _: max(self.deadline - time.monotonic(), 0.01),
            on_cell_start=self._note_cell,
            shutdown_kernel="immediate",
        )

    def trouble(self) -> tuple[str, str] | None:
        """Run all cells; return the outcome and the words if that could not be done to the end."""
        # nbclient takes Ctrl-C for itself in the main thread, and goes on.
        thread = Thread(target=self._run, daemon=True)
        thread.start()
        thread.join()
        return self._trouble

    def _run(self) -> None:
        try:
            with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                progress = {VARIABLE: str(Path(folder, "progress.sqlite3"))}
                asyncio.run(self.client.async_execute(cwd=folder, env=os.environ | progress, **QUIET))
        except CellTimeoutError:
            self._trouble = HANGS, f"Cell {self.cell} was still running after {self.timeout:g} seconds."
        except Exception as error:
            words = f"Cell {self.cell} ended its kernel ({type(error).__name__}: {error})."
            self._trouble = DOES_NOT_RUN, words

    def _note_cell(self, cell_index: int, **_: Any) -> None:
        self.cell = cell_index + 1


def _is_verdict(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), kind) for name, kind in SHAPE.items())
        and value["outcome"] in set(Outcome)
        and value["passed"] == (value["outcome"] == Outcome.PASSED)
    )


def _from_verdict(path: Path, verdict: dict[str, Any], error: str, seconds: float) -> Report:
    told = {name: verdict[name] for name in ("outcome", "step", "claim", "message", "steps")}
    if error and not verdict["passed"]:
        told["message"] = f"{error}\n{told['message']}"
    return Report(str(path), exercise=verdict["id"], seconds=seconds, **told)
