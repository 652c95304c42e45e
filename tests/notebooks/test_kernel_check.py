"""A lesson's first cell tells what to do in a kernel that lacks the course's packages."""

import subprocess
import sys

import pytest

from authoring.navigation import KERNEL_CHECK


@pytest.mark.parametrize(("options", "code"), [(["-I", "-S"], 1), ([], 0)])
def test_it_speaks_where_the_packages_are_missing_and_is_silent_elsewhere(
    options: list[str], code: int
) -> None:
    kernel = subprocess.run([sys.executable, *options, "-c", KERNEL_CHECK], capture_output=True, text=True)

    assert kernel.returncode == code
    assert ("close JupyterLab and start it with: python3 start.py" in kernel.stderr) == bool(code)
    assert ("Choose Kernel ▸ Change Kernel" in kernel.stderr) == bool(code)
