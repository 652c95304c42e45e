"""A cell that is run again gets its port back, or another one if that belongs to someone else by now."""

import nbformat
from nbclient import NotebookClient


IMPORTS = (
    "from server_snippets.step_02_echo import app\n"
    "from websocket_lab import BackgroundServer, LiveClient, WireTap"
)
FIRST = "first = BackgroundServer(app).start()\ntap = WireTap(first).start()\nprint(first.port, tap.port)"
# As lessons do that restart their server with other options.
SECOND = (
    "first.stop(), tap.stop()\nsecond = BackgroundServer(app, port=first.port).start()\nprint(second.port)"
)
ECHO = "ana = LiveClient(tap.url('/ws')).connect()\nana.send('hi')\nprint(ana.receive())\nsecond.stop()"


def outputs(*cells: str) -> list[str]:
    """Return what each cell prints; no cell may fail."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    NotebookClient(notebook, timeout=60).execute()
    return ["".join(output.get("text", "") for output in cell.outputs).strip() for cell in notebook.cells]


def test_a_port_that_another_server_has_taken_is_left_to_it() -> None:
    _, first, second, again, echo, third = outputs(IMPORTS, FIRST, SECOND, FIRST, ECHO, FIRST)

    assert second == first.split()[0]
    assert again.split()[0] != second
    assert echo == "Echo: hi"
    assert third == again
