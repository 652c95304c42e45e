"""A lesson's first cell tells what to do in a kernel that lacks the course's packages."""

import subprocess
import sys

import pytest

from authoring.navigation import IMPORT, KERNEL_CHECK


CODE = KERNEL_CHECK.format(code=IMPORT)
# A kernel shows a cell's traceback as IPython does.
KERNEL = (
    "from IPython.core.interactiveshell import InteractiveShell as Shell; Shell.instance().run_cell({!r})"
)
MISSING = 'import sys; sys.modules["websocket_lab"] = None; '


@pytest.mark.parametrize(("before", "shown"), [(MISSING, True), ("", False)])
def test_it_speaks_where_the_packages_are_missing_and_is_silent_elsewhere(before: str, shown: bool) -> None:
    command = [sys.executable, "-c", before + KERNEL.format(CODE)]
    kernel = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ("ModuleNotFoundError" in kernel.stdout) == shown
    assert ("python3 start.py" in kernel.stdout) == shown
    assert ("Choose Kernel ▸ Change Kernel" in kernel.stdout) == shown
