"""Try the course with older and newer packages: `python -m authoring versions | newest`.

Each combination gets an environment of its own in a temporary folder, made by uv, and runs a few tests in it.
uv is among the tests' packages already; it makes an environment in seconds, from a store that all of them
share, and fetches a Python that is not there.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from authoring.lock import PYTHONS
from websocket_lab.grading.progress_database import VARIABLE


ROOT = Path(__file__).resolve().parent.parent
PINNED = ("requirements.txt", "tests/requirements.txt")
LESSONS = [f"tests/notebooks/test_{name}.py" for name in ("02_echo", "03_disconnections", "08_chat_rooms")]
# What is tried, from the quickest to the slowest: the columns of the table.
TESTS = {
    "instruments": ["tests/websocket_lab/server/test_background_server.py", "tests/websocket_lab/client"],
    "a check": ["tests/websocket_lab/exercises/test_private_messages.py"],
    "lessons": [*LESSONS, "-k", "not runs_again"],
    "Run All twice": [*LESSONS, "-k", "runs_again"],
}


@dataclass(frozen=True)
class Combination:
    """What one environment has.

    Attributes:
        name: What the table calls it.
        python: The version of Python.
        instead: Packages that take the place of pinned ones, or come to them.
        front_end: What opens the notebooks: `lab` or `notebook`.
    """

    name: str
    python: str
    instead: tuple[str, ...] = ()
    front_end: str = "lab"


COMBINATIONS = [
    Combination("Python 3.11", "3.11"),
    Combination("Python 3.12", "3.12"),
    Combination("Python 3.13", "3.13"),
    Combination("Python 3.14", "3.14"),
    Combination("Python 3.15", "3.15"),
    Combination("ipykernel 6.30", "3.11", ("ipykernel==6.30.*",)),
    Combination("JupyterLab 4.2", "3.11", ("jupyterlab==4.2.*",)),
    Combination("Notebook 7", "3.12", ("notebook==7.*",), "notebook"),
]
NEWEST = Combination("the newest of everything", "3.15")
# What CI runs on the newest Python that it finds; its own Python runs all tests.
BANKS = ["tests/websocket_lab/exercises", "-n3", "--dist=loadfile"]
LESSON_TIMEOUT = 300


class Environment:
    """A folder in which packages are installed, and the Python in it."""

    def __init__(self, folder: Path, combination: Combination) -> None:
        self.combination = combination
        self.python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        _uv("venv", "--python", combination.python, folder)

    def install_pinned(self) -> None:
        """Install the course as it is pinned, then what this combination has instead."""
        # The pins are complete, and leave something out on purpose; see `[tool.uv]` in pyproject.toml.
        self._install("--no-deps", *(option for file in PINNED for option in ("-r", file)))
        if self.combination.instead:
            self._install(*self.combination.instead)
        # What it asks for does not count here: an older JupyterLab is tried, too.
        self._install("--no-deps", "--no-build-isolation", "-e", ".")

    def install_newest(self) -> None:
        """Install the newest of all that the course and its tests need."""
        self._install("--upgrade", "-e", ".", "--group", "test", "--group", "build")

    def packages(self) -> dict[str, str]:
        """Return the version of each package."""
        listing = _uv("pip", "list", "--format=json", "--python", self.python)
        return {package["name"]: package["version"] for package in json.loads(listing)}

    def test(self, arguments: list[str]) -> tuple[bool, list[str]]:
        """Run some tests; return whether they passed, and pytest's summary."""
        command = [str(self.python), "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *arguments]
        variable = {"WEBSOCKET_LAB_FRONT_END": self.combination.front_end}
        result = subprocess.run(
            command, cwd=ROOT, env=os.environ | variable, capture_output=True, text=True, check=False
        )
        lines = [line for line in result.stdout.splitlines() if line.strip()] or [result.stderr.strip()]
        return result.returncode == 0, [*_failures(lines), _counts(lines[-1])]

    def run_lesson(self, path: Path, folder: Path) -> str:
        """Run a lesson's cells from top to bottom, without a browser; return what went wrong, if anything."""
        progress = {VARIABLE: str(folder / "progress.sqlite3")}
        execute = ["-m", "nbclient.cli", f"--timeout={LESSON_TIMEOUT}", str(path)]
        result = subprocess.run(
            [str(self.python), *execute],
            cwd=folder,
            env=os.environ | progress,
            capture_output=True,
            text=True,
            check=False,
        )
        return _last_line(result.stderr) if result.returncode else ""

    def _install(self, *what: str) -> None:
        _uv("pip", "install", "--python", self.python, *what)


def try_versions(wanted: str = "") -> int:
    """Try each combination whose name holds `wanted`; print a table; return 1 if a test fails."""
    chosen = [each for each in COMBINATIONS if wanted.lower() in each.name.lower()]
    width = max(map(len, TESTS))
    failed = False
    for combination in chosen:
        print(combination.name, flush=True)
        for passed, line in try_combination(combination, width):
            failed |= not passed
            print(line, flush=True)
    return int(failed or not chosen)


def try_combination(combination: Combination, width: int) -> Iterator[tuple[bool, str]]:
    """Set one combination up and try it; yield for each kind of test whether it passes, and a line."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            environment = Environment(Path(folder), combination)
            environment.install_pinned()
        except subprocess.CalledProcessError as error:
            yield False, f"    ✗ cannot be set up: {_last_line(error.stderr)}"
            return

        for name, arguments in TESTS.items():
            passed, (*failures, counts) = environment.test(arguments)
            lines = [f"    {'✓' if passed else '✗'} {name:{width}}  {counts}", *failures]
            yield passed, "\n        ".join(lines)


def try_newest_python() -> int:
    """Run the banks and the lessons on the newest Python at hand; return 1 if anything fails."""
    newest = next(python for python in reversed(PYTHONS) if _is_at_hand(python))
    print(f"The banks and the lessons on Python {newest}:", flush=True)
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        environment = Environment(folder / "environment", Combination(f"Python {newest}", newest))
        environment.install_pinned()
        passed, (*failures, counts) = environment.test(BANKS)
        print(*failures, f"    {'✓' if passed else '✗'} the banks  {counts}", sep="\n", flush=True)
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            problem = environment.run_lesson(path, folder)
            passed &= not problem
            print(f"    {'✗' if problem else '✓'} {path.name}  {problem}", flush=True)
    return 0 if passed else 1


def try_newest() -> int:
    """Say in sentences which packages are newer than the pinned ones, and what fails with them; return 0."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            environment = Environment(Path(folder), NEWEST)
            environment.install_newest()
        except subprocess.CalledProcessError as error:
            print(f"The newest packages do not go together: {_last_line(error.stderr)}")
            return 0

        print(*changes(pinned(), environment.packages()), sep="\n", flush=True)
        for name, arguments in TESTS.items():
            passed, (*failures, counts) = environment.test(arguments)
            print(
                f"With them, {name}: all is well ({counts})." if passed else f"With them, {name}: {counts}."
            )
            print(*(f"    {line}" for line in failures), sep="\n", end="", flush=True)
    return 0


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return a sentence for each package that has another version now, or one that says that none has."""
    changed = [
        f"{name} is {new[name]} now; the course is pinned to {old[name]}."
        for name in sorted(old.keys() & new.keys())
        if new[name] != old[name]
    ]
    return changed or ["Nothing is newer than what the course is pinned to."]


def pinned() -> dict[str, str]:
    """Return the versions that the course and its tests are pinned to."""
    text = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in PINNED)
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.MULTILINE))


def _uv(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "uv", "--quiet", *arguments]
    # uv does not look for the Pythons of pyenv by itself.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, sorted(pyenv.glob("*/bin")))])
    variables = os.environ | {"PATH": path}
    result = subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True, text=True)
    return result.stdout


def _is_at_hand(python: str) -> bool:
    try:
        _uv("python", "find", "--no-python-downloads", python)
    except subprocess.CalledProcessError:
        return False
    return True


def _failures(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(("FAILED", "ERROR"))]


def _counts(line: str) -> str:
    return line.strip("= ").partition(" in ")[0]


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["uv did not say why"])[-1].strip()
