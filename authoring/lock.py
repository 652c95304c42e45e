"""Pin every dependency in `requirements.txt` and `tests/requirements.txt`: `python -m authoring lock`."""

import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent

# One file for every system and every Python from 3.11 on, with hashes, and with no address in it.
OPTIONS = [
    *("--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-annotate"),
]
COURSE = ["pyproject.toml", "--group", "build", *OPTIONS, "-o", "requirements.txt"]
# The tests run in the same environment, so they take the course's versions as they are.
TESTS = ["--group", "test", *OPTIONS, "-c", "requirements.txt", "-o", "tests/requirements.txt"]


def lock(upgrade: bool = False) -> None:
    """Write both files anew, with the versions they have unless `upgrade` asks for the newest ones."""
    for options in (COURSE, TESTS):
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options]
        subprocess.run([*command, *["--upgrade"] * upgrade], cwd=ROOT, check=True)
