"""Pin every dependency in `requirements.txt` and `tests/requirements.txt`: `python -m authoring lock`."""

import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename


ROOT = Path(__file__).resolve().parent.parent

# One file for every system and every Python from 3.11 on, with hashes, and with no address in it.
OPTIONS = [
    *("--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-annotate"),
    # Otherwise the first line of the file would also say how a pin was moved.
    *("--custom-compile-command", "python -m authoring lock"),
]
COURSE = ["pyproject.toml", "--group", "build", *OPTIONS, "-o", "requirements.txt"]
# The tests run in the same environment, so they take the course's versions as they are.
GROUPS = ["--group", "test", "--group", "site"]
TESTS = [*GROUPS, *OPTIONS, "-c", "requirements.txt", "-o", "tests/requirements.txt"]

# Each Python that the course supports; the last is the newest that was tried.
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
# glibc 2.28 is what Debian 10 had, and macOS 12 is the oldest that gets what a new Python needs.
GLIBC = [f"manylinux_2_{minor}" for minor in range(28, 4, -1)]
MANYLINUX = [*GLIBC, "manylinux2014", "manylinux2010", "manylinux1", "linux"]
UNSATISFIABLE = 1


@dataclass(frozen=True)
class System:
    """A kind of computer: its names, its markers, and the platforms in its wheels' tags."""

    name: str
    uv_name: str
    markers: Mapping[str, str]
    platforms: Sequence[str]


SYSTEMS = [
    System(
        "Linux x64",
        "x86_64-manylinux_2_28",
        {"sys_platform": "linux", "os_name": "posix", "platform_machine": "x86_64"},
        [f"{each}_x86_64" for each in MANYLINUX],
    ),
    System(
        "Linux arm64",
        "aarch64-manylinux_2_28",
        {"sys_platform": "linux", "os_name": "posix", "platform_machine": "aarch64"},
        [f"{each}_aarch64" for each in MANYLINUX],
    ),
    System(
        "macOS arm64",
        "aarch64-apple-darwin",
        {"sys_platform": "darwin", "os_name": "posix", "platform_machine": "arm64"},
        list(mac_platforms((13, 0), "arm64")),
    ),
    System(
        "macOS x64",
        "x86_64-apple-darwin",
        {"sys_platform": "darwin", "os_name": "posix", "platform_machine": "x86_64"},
        list(mac_platforms((13, 0), "x86_64")),
    ),
    System(
        "Windows x64",
        "x86_64-pc-windows-msvc",
        {"sys_platform": "win32", "os_name": "nt", "platform_machine": "AMD64"},
        ["win_amd64"],
    ),
]


@dataclass(frozen=True)
class Machine:
    """A system with a Python, on which the course can be set up."""

    system: System
    python: str

    def __str__(self) -> str:
        """Name the machine."""
        return f"{self.system.name} with Python {self.python}"

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """What a wheel may be tagged to be installed here."""
        version = tuple(map(int, self.python.split(".")))
        own = cpython_tags(version, platforms=self.system.platforms)
        others = compatible_tags(version, f"cp{self.python.replace('.', '')}", self.system.platforms)
        return frozenset([*own, *others])

    def needs(self, package: Mapping[str, Any]) -> bool:
        """Return whether a locked package's marker holds here."""
        versions = {"python_version": self.python, "python_full_version": f"{self.python}.9"}
        cpython = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        here = {**self.system.markers, **versions, **cpython}
        return "marker" not in package or Marker(package["marker"]).evaluate(here)

    def has_wheel(self, package: Mapping[str, Any]) -> bool:
        """Return whether one of a locked package's wheels can be installed here."""
        names = [wheel["url"].rpartition("/")[2] for wheel in package.get("wheels", [])]
        return any(self.tags & parse_wheel_filename(name)[3] for name in names)


MACHINES = [Machine(system, python) for system in SYSTEMS for python in PYTHONS]


def lock(upgrade: bool = False) -> list[str]:
    """Rewrite both files; return a sentence for each pin that has to be built from source somewhere.

    Pins keep the versions they have unless `upgrade` asks for the newest ones. A pin without a wheel for one
    of the machines moves to the newest version that has one.
    """
    _compile(*["--upgrade"] * upgrade)
    without = without_wheel(locked_packages())
    moves = [pin for (name, _), machines in without.items() if (pin := with_wheel(name, machines))]
    if moves:
        _compile(*(option for move in moves for option in ("--upgrade-package", move)))
        without = without_wheel(locked_packages())
    return [sentence(f"{name}=={version}", machines) for (name, version), machines in without.items()]


def locked_packages() -> list[dict[str, Any]]:
    """Return all that the two files pin, each with its marker and its wheels."""
    files = ["requirements.txt", "tests/requirements.txt"]
    options = ["--universal", "--python-version", PYTHONS[0], "--no-deps", "--format", "pylock.toml"]
    result = _uv(*files, *options)
    result.check_returncode()
    packages: list[dict[str, Any]] = tomllib.loads(result.stdout)["packages"]
    return packages


def without_wheel(packages: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], list[Machine]]:
    """Return the name and version of each package that some machines have to build, with those machines."""
    found = {}
    for package in packages:
        bare = [machine for machine in MACHINES if machine.needs(package) and not machine.has_wheel(package)]
        if bare:
            found[package["name"], package["version"]] = bare
    return found


def with_wheel(name: str, machines: Sequence[Machine]) -> str | None:
    """Return, as a pin, the newest version that has a wheel for each of the machines, or None."""
    found = {_newest_wheel(name, machine) for machine in machines}
    # One file pins one version: where the machines differ, none is right for all of them.
    return found.pop() if len(found) == 1 else None


def sentence(pin: str, machines: Sequence[Machine]) -> str:
    """Say on which machines a pin is built from source, and what that means there."""
    return (
        f"{pin} has no wheel for {', '.join(map(str, machines))}: there, pip builds it from source, which "
        "may need a compiler, and no hash pins what it is built with."
    )


def _newest_wheel(name: str, machine: Machine) -> str | None:
    wheels = ["--no-deps", "--only-binary", ":all:", "--no-header", "--no-annotate"]
    place = ["--python-version", machine.python, "--python-platform", machine.system.uv_name]
    result = _uv("-", *wheels, *place, text=name)
    if result.returncode == UNSATISFIABLE:
        return None
    result.check_returncode()
    return result.stdout.strip()


def _compile(*options: str) -> None:
    for arguments in (COURSE, TESTS):
        result = _uv(*arguments, *options)
        print(result.stderr, end="", file=sys.stderr)
        result.check_returncode()


def _uv(*arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True)
