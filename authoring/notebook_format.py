"""Notebooks as JupyterLab saves them, with nothing in them that depends on a run or a machine."""

# nbformat is only partly typed, so this module alone calls it.
# mypy: allow-untyped-calls

import re
from copy import deepcopy
from hashlib import sha256
from typing import Any

from nbformat import NotebookNode, v4


# What JupyterLab writes for ipykernel's Python 3. A notebook that lacks any of it opens already modified.
# `version` is compared too: no value suits every machine, so it is that of the Python on which the tests run.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.11.7",
    },
}
GENERATED_IDS = {"navigation-top", "navigation-end", "kernel-check-words", "kernel-check"}
LEGAL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def parse(text: str) -> NotebookNode:
    """Return the notebook in `text`; ValueError if it holds none."""
    try:
        return NotebookNode(v4.reads(text))
    except AttributeError as error:
        raise ValueError("it has no cells") from error


def as_text(notebook: NotebookNode) -> str:
    """Return the file's text, as JupyterLab saves it."""
    return f"{v4.writes(notebook)}\n"


def new_cell(kind: str, identity: str, tag: str, source: str) -> NotebookNode:
    """Return a cell of the kind `code` or `markdown` that carries one tag."""
    cell = v4.new_code_cell(source) if kind == "code" else v4.new_markdown_cell(source)
    cell.id, cell.metadata = identity, {"tags": [tag]}
    return NotebookNode(cell)


def normalise(notebook: NotebookNode) -> None:
    """Take out outputs, counts, empty cells and private metadata, and give each cell an id that stays."""
    notebook.metadata = deepcopy(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip() or cell.metadata.get("tags")]
    taken: set[str] = set()
    for position, cell in enumerate(notebook.cells):
        cell.id = _stable_id(cell, position, taken)
        taken.add(cell.id)
        _normalise_cell(cell)


def _normalise_cell(cell: NotebookNode) -> None:
    cell.source = cell.source.strip("\n")
    cell.metadata = _kept(cell.metadata)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None


def _kept(metadata: NotebookNode) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if metadata.get("tags"):
        kept["tags"] = list(dict.fromkeys(metadata["tags"]))
    if metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    return kept


def _stable_id(cell: NotebookNode, position: int, taken: set[str]) -> str:
    own = str(cell.get("id", ""))
    # jupytext may give an author's cell the id of a generated one, which is about to come anew.
    is_free = own not in taken and (own not in GENERATED_IDS or bool(cell.metadata.get("tags")))
    if LEGAL_ID.fullmatch(own) and is_free:
        return own
    # Made from what is there, so that two runs make the same id.
    return sha256(f"{position}\n{cell.source}".encode()).hexdigest()[:8]
