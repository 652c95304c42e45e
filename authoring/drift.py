"""Where a file differs from what `sync` would write."""

import os
from collections.abc import Iterator

from nbformat import NotebookNode

from authoring.faults import Fault
from authoring.notebook_format import parse
from authoring.snippets import TAG
from websocket_lab.grading.exercise_notebook import SERVER, tags


REMEDY = "run `python -m authoring sync`"
# Pages that nobody writes, and where what they say is written.
HOMES = {
    "GLOSSARY.md": "authoring/glossary.toml",
    "server_snippets/server/requirements.txt": "pyproject.toml",
}


def drift(name: str, found: str, expected: str) -> Iterator[Fault]:
    """Yield the differences: cells that left their step file by name, all else as one."""
    if found == expected or (not is_for_everyone() and is_worked_on(found, expected)):
        return
    if not found:
        yield Fault(name, f"is missing; {REMEDY}.")
        return

    snippets = list(_drifted_snippets(name, found, expected)) if name.endswith(".ipynb") else []
    yield from snippets or [Fault(name, _difference(name))]


def _difference(name: str) -> str:
    folder, _, file = name.rpartition("/")
    home = f"solutions/{file}" if folder == "exercises" else HOMES.get(name)
    if not home:
        return f"is not as `sync` writes it; {REMEDY}."
    return f"is not what {home} makes; change what you want to change there, then {REMEDY}."


def is_worked_on(found: str, expected: str) -> bool:
    """Return whether it is an exercise as it is shipped, but for what a learner wrote and ran in it."""
    try:
        cells, shipped = parse(found).cells, {cell.id: cell for cell in parse(expected).cells}
    except ValueError:
        return False
    kept = [cell for cell in cells if cell.get("id") in shipped]
    return any(SERVER in tags(cell) for cell in shipped.values()) and [
        cell.source for cell in kept if not _is_learners(cell)
    ] == [cell.source for cell in shipped.values() if not _is_learners(cell)]


def _is_learners(cell: NotebookNode) -> bool:
    return SERVER in tags(cell)


def is_for_everyone() -> bool:
    """Return whether this copy of the course is to be published, and not a learner's."""
    # A learner's answers are right in a clone, and wrong in what is published.
    return os.environ.get("CI") == "true"


def _drifted_snippets(name: str, found: str, expected: str) -> Iterator[Fault]:
    try:
        sources = {cell.get("id"): cell.source for cell in parse(found).cells}
    except ValueError:
        # It is no notebook any more, so no cell of it can be named.
        return

    for number, cell in enumerate(parse(expected).cells, 1):
        home = _home(cell)
        if home and sources.get(cell.id) != cell.source:
            yield Fault(
                f"{name}, cell {number}", f"differs from {home}; change the code there, then {REMEDY}."
            )


def _home(cell: NotebookNode) -> str:
    return " and ".join(f"server_snippets/{_file(tag)}" for tag in tags(cell) if tag.startswith(TAG))


def _file(tag: str) -> str:
    module, _, region = tag.removeprefix(TAG).rpartition("/")
    return f"{module}.py, region {region}"
