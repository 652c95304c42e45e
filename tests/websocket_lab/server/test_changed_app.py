"""A cell that gives a served app's name to another app is told that the server still runs the old one."""

import nbformat
from nbclient import NotebookClient


APP = "app = FastAPI()"
START = "server = BackgroundServer(app).start()"
# Each cell, and whether it is told.
CELLS = [
    (f"from fastapi import FastAPI\nfrom websocket_lab import BackgroundServer\n\n{APP}\n{START}", False),
    ("app", False),
    (APP, True),
    (APP, False),
    (START, False),
    (f"{APP}\n{START}", False),
    ("app = 'no app at all'", False),
    ("def make_app():\n    return FastAPI()\n\n\nyours = BackgroundServer(make_app()).start()", False),
    ("def make_app():\n    return FastAPI(title='Better')", False),
    (f"server.stop()\n{APP}\nsecond = BackgroundServer(app).start()", False),
    ("second.stop()", False),
    (APP, False),
    ("yours.stop()", False),
]


def test_it_is_told_once_and_only_where_it_is_true() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code, _ in CELLS])
    NotebookClient(notebook, timeout=60).execute()

    texts = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    assert ["still runs the old one" in text for text in texts] == [is_told for _, is_told in CELLS]
    assert "Run the cell that starts the server again." in texts[2]
    assert len(texts[2].splitlines()) == 1
