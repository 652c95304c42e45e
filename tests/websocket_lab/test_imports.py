"""A kernel's first cell pays only for what it uses."""

import subprocess
import sys

import websocket_lab


def test_the_instruments_leave_fastapi_to_those_who_use_it() -> None:
    script = "import sys, websocket_lab.install_check; print('fastapi' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_every_instrument_that_is_offered_can_be_imported() -> None:
    assert [name for name in websocket_lab.__all__ if not hasattr(websocket_lab, name)] == []


def test_the_first_cell_of_a_lesson_imports_no_server_and_no_widgets() -> None:
    first_cell = "import sys, websocket_lab.grading.progress_file"
    script = f"{first_cell}; print({{'uvicorn', 'ipywidgets'}} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"
