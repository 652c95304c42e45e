"""A kernel's first cell pays only for what it uses."""

import subprocess
import sys


def test_the_instruments_leave_fastapi_to_those_who_use_it() -> None:
    script = "import sys, websocket_lab.install_check; print('fastapi' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
