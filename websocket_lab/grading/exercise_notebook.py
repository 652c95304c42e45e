"""Exercises and their solutions as notebooks: where they are, and how one becomes the other.

A solution is written; the exercise is the same notebook without what stands between the markers

    ### BEGIN SOLUTION
    ### END SOLUTION

and without the cells tagged `solution-only`. Cells tagged `server` hold what the learner is to build.

A your-turn is an exercise of a few lines in the middle of a lesson. Its answer is a file,
`solutions/your_turns/02_capitals.py`: the lesson's cell is what stands below the line `# %% your turn`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from websocket_lab.server.safe_text import plain_text, safe_repr


# As JSON holds it, or as nbformat's NotebookNode, which is a dict, too.
Notebook = dict[str, Any]
SomeNotebook = TypeVar("SomeNotebook", bound=Notebook)

ROOT = Path(__file__).resolve().parents[2]
FILE_NAME = re.compile(r"\d\d_([a-z]\w*)")
FOLLOWED = re.compile(r"\bafter (?:\[(\d+) · [^\]]*\]\([^)]*\)|lesson (\d+)\b)")
# What names no lesson comes after all of them.
LAST = 100
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = ("# Your code here", "...")
SERVER, SOLUTION_ONLY = "server", "solution-only"
YOUR_TURNS, YOUR_TURN = "solutions/your_turns", "# %% your turn"


def exercise_ids() -> list[str]:
    """Return the ids of all exercises, in order."""
    return list(_solutions())


def your_turns() -> dict[str, Path]:
    """Return where the answer of each your-turn is, by its id, in the order of the lessons."""
    return _named((ROOT / YOUR_TURNS).glob("*.py"))


def slug(name: str) -> str:
    """Return `topic` for a name such as `07_topic`, or "" for another name."""
    found = FILE_NAME.fullmatch(name)
    return found[1] if found else ""


def followed_lesson(header: str) -> int | None:
    """Return the number of the lesson after which an exercise comes, by its header; None if it names none."""
    found = FOLLOWED.search(header)
    return int(found[1] or found[2]) if found else None


def solution_path(exercise: str) -> Path:
    """Return where the solution of an exercise or a your-turn is; LookupError with the ids that exist."""
    found, name = _solutions() | your_turns(), plain_text(exercise)
    if name not in found:
        known = ", ".join(found) or f"none, for there are no solutions in {ROOT}"
        raise LookupError(f"There is no exercise {safe_repr(exercise)}. There are: {known}.")
    return found[name]


def read_solution(exercise: str) -> Notebook:
    """Return the solution of an exercise or a your-turn."""
    path = solution_path(exercise)
    return read_answer(path) if path.suffix == ".py" else read(path)


def read_answer(path: Path) -> Notebook:
    """Return a your-turn's answer as a notebook: what the lesson has already, and the cell with the gap.

    ValueError if the file has no such cell.
    """
    above, _, cell = path.read_text(encoding="utf-8").partition(f"{YOUR_TURN}\n")
    if BEGIN not in cell:
        raise ValueError(f"{path.name} has no gap below a line `{YOUR_TURN}`.")
    cells = [
        {"cell_type": "code", "metadata": {"tags": [SERVER]}, "source": code.strip("\n")}
        for code in (above, cell)
    ]
    return {"cells": cells}


def read(path: Path) -> Notebook:
    """Return the notebook in a file; ValueError if it holds none."""
    # Not by nbformat: with the validators that it imports, it takes seconds, and a learner waits.
    try:
        notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            # A text, or a list of its lines.
            cell["source"] = "".join(cell["source"])
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is not a notebook: {error}") from error
    return notebook


def tags(cell: Notebook) -> list[str]:
    """Return the cell's tags."""
    return list(cell["metadata"].get("tags", []))


def server_cells(notebook: Notebook) -> list[tuple[int, str]]:
    """Return the number, counted from 1, and the code of each cell that builds what is checked."""
    return [
        (number, str(cell["source"]))
        for number, cell in enumerate(notebook["cells"], 1)
        if cell["cell_type"] == "code" and SERVER in tags(cell) and SOLUTION_ONLY not in tags(cell)
    ]


def gap_cells(notebook: Notebook) -> list[str]:
    """Return the code of the cells in which the learner has something to fill in."""
    return [code for _, code in server_cells(notebook) if BEGIN in code]


def as_exercise(notebook: SomeNotebook) -> SomeNotebook:
    """Return the learner's version of a solution; ValueError where a marker lacks its partner."""
    exercise = deepcopy(notebook)
    for number, cell in enumerate(exercise["cells"], 1):
        if cell["cell_type"] == "code" and SOLUTION_ONLY not in tags(cell):
            cell["source"] = with_stubs(cell["source"], f"cell {number}")
    exercise["cells"] = [cell for cell in exercise["cells"] if SOLUTION_ONLY not in tags(cell)]
    return exercise


def with_stubs(code: str, place: str = "the code") -> str:
    """Return the code with a stub, as far indented as its markers, in place of each region."""
    return "\n".join(_stubbed(code, place))


def without_markers(code: str) -> str:
    """Return the solution's code as one reads it, without the lines of the markers."""
    lines = "\n".join(line for line in code.splitlines() if line.strip() not in (BEGIN, END))
    # A marker between empty lines leaves more of them than anyone writes.
    return re.sub(r"\n{4,}", "\n\n\n", lines)


def _solutions() -> dict[str, Path]:
    return _named((ROOT / "solutions").glob("*.ipynb"))


def _named(paths: Iterable[Path]) -> dict[str, Path]:
    return {name: path for path in sorted(paths) if (name := slug(path.stem))}


def _stubbed(code: str, place: str) -> Iterator[str]:
    opened: tuple[int, str] | None = None
    for number, line in enumerate(code.splitlines(), 1):
        marker, indent = line.strip(), line[: len(line) - len(line.lstrip())]
        if marker == BEGIN and opened is None:
            opened = number, indent
            yield from (indent + stub for stub in STUB)
        elif marker == END and opened and opened[1] == indent:
            opened = None
        elif BEGIN in marker or END in marker:
            raise ValueError(f"{place}, line {number}: {_complaint(marker, opened)}")
        elif opened is None:
            yield line
    if opened:
        raise ValueError(f"{place}, line {opened[0]}: {BEGIN} has no {END} below it.")


def _complaint(marker: str, opened: tuple[int, str] | None) -> str:
    if marker not in (BEGIN, END):
        return f"{BEGIN} and {END} must stand on a line of their own."
    if opened is None:
        return f"{END} has no {BEGIN} above it."
    if marker == BEGIN:
        return f"{BEGIN} stands inside the region that line {opened[0]} begins."
    return f"{END} is not as far indented as {BEGIN} in line {opened[0]}."
