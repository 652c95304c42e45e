"""Which notebook a learner works in: it is found by the exercise's slug, whatever its number.

When an exercise gets another number, a learner's notebook keeps the one that it had.
"""

import ast
import os
from collections.abc import Sequence
from pathlib import Path

from websocket_lab.grading import exercise_notebook
from websocket_lab.grading.exercise_notebook import (
    Notebook,
    as_exercise,
    exercise_ids,
    gap_cells,
    read,
    read_solution,
    server_cells,
    slug,
    solution_path,
)
from websocket_lab.grading.learner_source import Definition, meaning


# What Jupyter Server calls the path of the kernel's notebook.
THIS_NOTEBOOK = "JPY_SESSION_NAME"


def learner_notebook(exercise: str) -> Path | None:
    """Return the notebook in `exercises/` that holds the learner's work, or else the one to begin with."""
    found = notebook_with_work(exercise_notebook.ROOT / "exercises" / solution_path(exercise).name)
    return found if found.exists() else None


def notebook_with_work(notebook: Path) -> Path:
    """Return the notebook, or one of another number beside it if only that one is there or was worked on."""
    beside = _of_one_exercise(notebook)
    return next(filter(has_work, beside), next(iter(beside), notebook))


def work_elsewhere(exercise: str) -> Path | None:
    """Return the notebook in this kernel's folder that holds the learner's work under another number."""
    today = Path.cwd() / solution_path(exercise).name
    found = notebook_with_work(today)
    here = found == today or found.name == Path(os.environ.get(THIS_NOTEBOOK, "")).name
    return None if here or not has_work(found) else found


def has_work(notebook: Path) -> bool:
    """Return whether anything was written in an exercise's cells; comments and white space do not count."""
    try:
        cells = _code(notebook)
    except (OSError, ValueError):
        # Nobody can read it, so nobody can say that it is empty.
        return True
    solution = read_solution(slug(notebook.stem))
    shipped = {meaning(code) for _, code in server_cells(as_exercise(solution))}
    missing = shipped - {meaning(code) for code in cells}
    # The gap may be filled in a copy of its cell.
    return bool(missing) or any(meaning(code) not in shipped for code in _filling(cells, solution))


def saved_code(exercise: str) -> str | None:
    """Return the code that fills the gaps in the learner's notebook, or None while nothing is written."""
    notebook = learner_notebook(exercise)
    if notebook is None or not has_work(notebook):
        return None

    try:
        cells = _code(notebook)
    except (OSError, ValueError):
        return None
    filling = _filling(cells, read_solution(exercise))
    return "\n\n\n".join(cell.strip("\n") for cell in filling) or None


def _of_one_exercise(notebook: Path) -> list[Path]:
    """Return the notebooks beside this one that differ from it in the number alone, itself first."""
    name = slug(notebook.stem)
    if name not in exercise_ids():
        return []

    # Some programs write the ending in capitals.
    found = [path for path in notebook.parent.glob(f"*_{name}.*") if path.suffix.lower() == ".ipynb"]
    numbered = [path for path in found if slug(path.stem) == name]
    return sorted(numbered, key=lambda path: (path != notebook, -path.stat().st_mtime))


def _code(notebook: Path) -> list[str]:
    return [str(cell["source"]) for cell in read(notebook)["cells"] if cell.get("cell_type") == "code"]


def _filling(cells: Sequence[str], solution: Notebook) -> list[str]:
    """Return the cells that define what the solution's cells with gaps define."""
    wanted = {name for gap in gap_cells(solution) for name in _defined(gap)}
    return [code for code in cells if wanted & _defined(code)]


def _defined(code: str) -> set[str]:
    try:
        return {node.name for node in ast.parse(code).body if isinstance(node, Definition)}
    except (SyntaxError, ValueError):
        # A cell with a mistake in it, or one for IPython alone.
        return set()
