"""Notebooks, run once: what their cells show, kept until the notebook or the code that it runs changes."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from authoring.notebook_format import parse
from authoring.site.snapshot import SNAPSHOT
from websocket_lab.grading.progress_database import VARIABLE


VIEW = "application/vnd.jupyter.widget-view+json"
# What a page can show without a script, the richest first.
SHOWN = ("text/html", "image/svg+xml", "image/png", "text/plain")
CELL_SECONDS = 300
# What a notebook's outputs depend on, beside the notebook itself.
SOURCES = (
    *("websocket_lab/**/*", "server_snippets/**/*", "requirements.txt"),
    *("authoring/site/snapshot.py", "authoring/site/execution.py"),
)


def execute(notebooks: Iterable[Path], root: Path, cache: Path) -> dict[Path, NotebookNode]:
    """Return the notebooks with what their cells show, two at a time; raise what a cell raises."""
    code = _digest(sorted(path for pattern in SOURCES for path in root.glob(pattern)))
    with ThreadPoolExecutor(max_workers=2) as pool:
        runs = {path: pool.submit(_executed, path, root, cache, code) for path in notebooks}
        return {path: run.result() for path, run in runs.items()}


def _executed(path: Path, root: Path, cache: Path, code: str) -> NotebookNode:
    kept = cache / f"{path.stem}-{sha256((code + _digest([path])).encode()).hexdigest()[:24]}.ipynb"
    if not kept.exists():
        notebook = run(parse(path.read_text(encoding="utf-8")), root)
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]
    return parse(kept.read_text(encoding="utf-8"))


def run(notebook: NotebookNode, root: Path) -> NotebookNode:
    """Run the notebook in a folder of its own, and return it with outputs that need no script."""
    last = max(index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    notebook.cells.insert(last, _snapshot_cell(root))
    with TemporaryDirectory() as elsewhere:
        resources = {"metadata": {"path": elsewhere}}
        client = NotebookClient(notebook, timeout=CELL_SECONDS, resources=resources, store_widget_state=False)
        # A build is no visit of a learner.
        client.execute(env={**os.environ, VARIABLE: f"{elsewhere}/progress.sqlite3"})
    # The last cell stops everything, so the panels are pictured before it.
    (snapshot,) = (output.data[SNAPSHOT] for output in notebook.cells.pop(last).outputs if "data" in output)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = list(_plain(cell.outputs, snapshot))
    return notebook


def _snapshot_cell(root: Path) -> NotebookNode:
    lines = (
        f"import sys; sys.path.insert(0, {str(root)!r})",
        "from authoring.site.snapshot import show_snapshot",
        "show_snapshot()",
    )
    cell: NotebookNode = nbformat.v4.new_code_cell("\n".join(lines))  # type: ignore[no-untyped-call]
    return cell


def _plain(outputs: list[NotebookNode], snapshot: dict[str, str]) -> Iterator[NotebookNode]:
    for output in outputs:
        if "data" in output:
            if picture := snapshot.get(output.data.get(VIEW, {}).get("model_id", "")):
                output.data["text/html"] = picture
            best = next(kind for kind in SHOWN if kind in output.data)
            output.data = {best: output.data[best]}
        yield output


def _digest(paths: Iterable[Path]) -> str:
    digest = sha256()
    for path in paths:
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.name).encode() + path.read_bytes())
    return digest.hexdigest()
