"""Where a file differs from what `sync` would write."""

from collections.abc import Iterator

from nbformat import NotebookNode

from authoring.faults import Fault
from authoring.notebook_format import parse
from authoring.snippets import TAG


REMEDY = "run `python -m authoring sync`"


def drift(name: str, found: str, expected: str) -> Iterator[Fault]:
    """Yield the differences: cells that left their step file by name, all else as one."""
    if found == expected:
        return
    if not found:
        yield Fault(name, f"is missing; {REMEDY}.")
        return

    snippets = list(_drifted_snippets(name, found, expected)) if name.endswith(".ipynb") else []
    yield from snippets or [Fault(name, f"is not as `sync` writes it; {REMEDY}.")]


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
    tags = [str(tag) for tag in cell.metadata.get("tags", [])]
    return " and ".join(f"server_snippets/{_file(tag)}" for tag in tags if tag.startswith(TAG))


def _file(tag: str) -> str:
    module, _, region = tag.removeprefix(TAG).rpartition("/")
    return f"{module}.py, region {region}"
