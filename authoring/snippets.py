"""Server code has one home, `server_snippets/`: tagged cells are filled from its regions.

A region starts after a line `# %% name` and ends before the next such line. A cell tagged
`snippet:step_02_echo/app` holds the region `app` of `server_snippets/step_02_echo.py`; with several such tags
it holds the regions one below the other. Code that does not compile is reported where it is written.
"""

import ast
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from authoring.faults import Fault
from authoring.lesson import Cell, Lesson, step_names
from websocket_lab.grading.exercise_notebook import SERVER


TAG = "snippet:"
# Server code that no step has: tried out, or the learner's own.
MARKED = {"scratch", SERVER}
MARKER = re.compile(r"^# %%[ \t]*(.*?)[ \t]*$", re.MULTILINE)
ROUTE = re.compile(r"^@\w+\.(websocket|websocket_route|route|get|post|put|patch|delete)\(", re.MULTILINE)
DEFINED = re.compile(r"^(?:async def|def|class) (\w+)", re.MULTILINE)


def regions(path: Path) -> dict[str, str]:
    """Return the file's regions by name; LookupError if a name is used twice."""
    _, *parts = MARKER.split(path.read_text(encoding="utf-8"))
    names, bodies = parts[::2], parts[1::2]
    for name in names:
        if names.count(name) > 1:
            raise LookupError(
                f"asks for {path.name}, which has two regions called “{name}”; give each its own name."
            )
    return {name: body.strip("\n") for name, body in zip(names, bodies, strict=True)}


def wanted(cell: Cell) -> list[str]:
    """Return the `module/region` names in the cell's tags."""
    return [tag.removeprefix(TAG) for tag in cell.tags if tag.startswith(TAG)]


def region(root: Path, name: str) -> str:
    """Return the text of `module/region`; LookupError with the names that exist."""
    module, _, wanted_region = name.rpartition("/")
    path = root / "server_snippets" / f"{module}.py"
    if not path.is_file():
        raise LookupError(
            f"asks for {name}, but server_snippets has no {module}.py{_meant(module, _modules(root))}; "
            "correct the tag, or write that file."
        )
    found = regions(path)
    if wanted_region not in found:
        raise LookupError(
            f"asks for region “{wanted_region}”, but server_snippets/{module}.py has {_listed(list(found))}; "
            f"correct the tag, or begin that region there: # %% {wanted_region}."
        )
    return found[wanted_region]


def fill(lesson: Lesson, root: Path) -> list[Fault]:
    """Put the regions into the lesson's tagged cells; return the cells that could not be filled."""
    faults = []
    for cell in lesson.cells:
        try:
            texts = [region(root, name) for name in wanted(cell)]
        except LookupError as error:
            faults.append(Fault(f"{lesson.place}, cell {cell.number}", str(error.args[0])))
        else:
            cell.node.source = "\n\n\n".join(texts) if texts else cell.source
    return faults


def hand_written_servers(lesson: Lesson, root: Path) -> list[Fault]:
    """Return the cells that hold server code which is neither filled from a step nor marked as scratch."""
    names = _defined_in_steps(lesson, root)
    loose = [cell for cell in lesson.code if not wanted(cell) and not MARKED.intersection(cell.tags)]
    return [
        Fault(
            f"{lesson.place}, cell {cell.number}",
            f"{reason}; tag it `snippet:STEP/REGION` to have it filled, or `scratch` if no step has it.",
        )
        for cell in loose
        if (reason := _server_code(cell, names))
    ]


def _server_code(cell: Cell, names: set[str]) -> str:
    if ROUTE.search(cell.source):
        return "defines an endpoint by hand"
    copied = [name for name in DEFINED.findall(cell.source) if name in names]
    return f"defines {copied[0]}, as the step file does" if copied else ""


def _defined_in_steps(lesson: Lesson, root: Path) -> set[str]:
    files = [root / "server_snippets" / f"{name}.py" for name in step_names(root, lesson)]
    return {name for file in files for name in DEFINED.findall(file.read_text(encoding="utf-8"))}


def _modules(root: Path) -> list[str]:
    return sorted(p.stem for p in (root / "server_snippets").glob("*.py") if not p.stem.startswith("_"))


def _meant(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=2)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


def syntax_faults(lesson: Lesson) -> Iterator[Fault]:
    """Yield the code cells of its own that do not compile."""
    for cell in lesson.code:
        if not wanted(cell):
            # What a cell may hold beside Python, such as %%writefile, becomes Python first.
            as_python = TransformerManager().transform_cell  # type: ignore[no-untyped-call]
            yield from _faults(f"{lesson.place}, cell {cell.number}", cell.source, as_python)


def step_faults(lesson: Lesson, root: Path) -> Iterator[Fault]:
    """Yield the lesson's step files that do not compile."""
    for name in step_names(root, lesson):
        file = f"server_snippets/{name}.py"
        yield from _faults(file, (root / file).read_text(encoding="utf-8"))


def _faults(place: str, code: str, as_python: Callable[[str], str] = str) -> Iterator[Fault]:
    try:
        # A cell may await outside a function.
        compile(as_python(code), place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        yield Fault(place, f"does not compile; fix its line {error.lineno}: {error.msg}.")
