"""BackgroundServer in a real JupyterLab: replaced by its cell, silent elsewhere, never in the way of ■."""

import pytest

from tests.jupyterlab import JupyterLab, NotebookPage


APP = """
from fastapi import FastAPI, WebSocket
from websocket_lab import BackgroundServer, LiveClient

app = FastAPI()

@app.websocket("/ws")
async def fail(websocket: WebSocket):
    await websocket.accept()
    print("printed by the handler")
    raise LookupError("no such room")
"""
START = "server = BackgroundServer(app).start()\nserver"
VISIT = "LiveClient(server.url('/ws')).connect().wait_closed()"
THREADS = "import threading\nsum(thread.name == 'websocket-lab-server' for thread in threading.enumerate())"


@pytest.fixture
def page(lab: JupyterLab) -> NotebookPage:
    return lab.open_cells(APP, START, VISIT, THREADS)


def test_running_the_cell_again_replaces_the_server_on_its_port(page: NotebookPage) -> None:
    page.run_all()
    address = next(line for line in page.output(1).splitlines() if "ws://" in line)
    page.run_cell(1)
    page.run_cell(3)

    assert address in page.output(1)
    assert page.output(3).split()[-1] == "1"


def test_what_a_handler_prints_and_raises_is_shown_under_the_servers_cell(page: NotebookPage) -> None:
    page.run_all()

    shown = page.cell(1).locator(".jp-OutputArea", has_text="no such room")
    shown.wait_for()
    assert "printed by the handler" in shown.inner_text()
    assert 'raise LookupError("no such room")' in shown.inner_text()
    assert "site-packages" not in shown.inner_text()
    assert "LookupError" not in page.output(2)


@pytest.mark.parametrize("waiting", ["await asyncio.Event().wait()", "ana.receive(deadline=60)"])
def test_interrupt_ends_a_cell_that_waits_and_leaves_the_server_alive(lab: JupyterLab, waiting: str) -> None:
    echo = (
        "from server_snippets.step_02_echo import app\nfrom websocket_lab import BackgroundServer, LiveClient"
    )
    start = "server = BackgroundServer(app).start()\nana = LiveClient(server.url('/ws')).connect()"
    wait = f"import asyncio\nprint('started', flush=True)\n{waiting}"
    page = lab.open_cells(f"{echo}\n{start}", wait, "ana.send('hi')\nana.wait_for('Echo: hi')")
    page.run_cell(0)
    page.start_cell(1)
    page.interrupt()
    page.wait_for_cell()
    page.run_cell(2)

    # ipykernel cancels a cell that awaits, and interrupts one that blocks.
    assert [error.split(":")[0] for error in page.errors()] in (["KeyboardInterrupt"], ["CancelledError"])
    assert "Echo: hi" in page.output(2)


def test_a_restarted_kernel_says_by_name_what_is_missing_and_runs_again(page: NotebookPage) -> None:
    page.run_all()
    page.restart()
    page.run_cell(2)
    assert page.errors() == ["NameError: name 'LiveClient' is not defined"]

    page.run_all()
    assert page.errors() == []
