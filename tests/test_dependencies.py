"""`pyproject.toml`, the pinned files and `environment.yml` name the same things."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COURSE = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
GROUPS = {name: [Requirement(line) for line in lines] for name, lines in PROJECT["dependency-groups"].items()}
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
NAMED = ["fastapi", "uvicorn", "websockets", "jupyterlab", "nest-asyncio", "ipywidgets"]
CONDA_NAMES = {
    "matplotlib-base": "matplotlib",
    "prometheus_client": "prometheus-client",
    "redis-py": "redis",
}
# `pip install -e .` in the conda environment brings it, because conda-forge may not have it.
NOT_ON_CONDA = {"httpx2"}
PINNED_FILES = ["requirements.txt", "tests/requirements.txt"]


def pins(file: str) -> dict[str, list[str]]:
    """Return the versions that a file pins each package to: one, or one for each kind of machine."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / file).read_text(), flags=re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def blocks(file: str) -> list[str]:
    """Return each pin of a file with its hashes."""
    lines = (ROOT / file).read_text().replace("\\\n", " ").splitlines()
    return [line for line in lines if not line.startswith("#")]


def is_pinned(requirement: Requirement, file: str) -> bool:
    """Tell whether a file pins a package to nothing but versions that are asked for."""
    versions = pins(file).get(canonicalize_name(requirement.name), [])
    return bool(versions) and all(version in requirement.specifier for version in versions)


def conda_specifiers() -> dict[str, str]:
    """Return what `environment.yml` asks of each conda package, under the name it has for pip."""
    lines = [line for line in CONDA["dependencies"] if isinstance(line, str)]
    named = [line.partition(" ") for line in lines]
    return {CONDA_NAMES.get(name, name): specifier for name, _, specifier in named}


@pytest.mark.parametrize("requirement", [*COURSE, *GROUPS["build"]], ids=str)
def test_what_the_course_needs_is_pinned(requirement: Requirement) -> None:
    assert is_pinned(requirement, "requirements.txt"), f"{requirement}: run python -m authoring lock"


@pytest.mark.parametrize("requirement", [*GROUPS["test"], *GROUPS["site"]], ids=str)
def test_what_the_tests_need_is_pinned(requirement: Requirement) -> None:
    assert is_pinned(requirement, "tests/requirements.txt"), f"{requirement}: run python -m authoring lock"


def test_tests_run_with_the_course_s_versions() -> None:
    course, tests = (pins(file) for file in PINNED_FILES)
    assert [name for name in course.keys() & tests.keys() if course[name] != tests[name]] == []


def test_jupyterlab_does_not_compile_grammars_that_nobody_asks_for() -> None:
    assert [file for file in PINNED_FILES if "rfc3987-syntax" in pins(file)] == []


@pytest.mark.parametrize("file", PINNED_FILES)
def test_every_pin_has_a_hash(file: str) -> None:
    assert [block for block in blocks(file) if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("file", [*PINNED_FILES, "environment.yml", "pyproject.toml"])
def test_no_file_names_a_package_index(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.findall(r"^.*(?:--(?:extra-)?index-url |--find-links |://).*$", text, flags=re.MULTILINE) == []


@pytest.mark.parametrize("requirement", [each for each in COURSE if each.name not in NOT_ON_CONDA], ids=str)
def test_conda_asks_for_the_same(requirement: Requirement) -> None:
    assert conda_specifiers()[requirement.name] == str(requirement.specifier)


@pytest.mark.parametrize("name", NAMED)
def test_the_six_packages_are_named(name: str) -> None:
    assert name in conda_specifiers()
    assert name in {requirement.name for requirement in COURSE}


def test_conda_installs_the_course_itself() -> None:
    assert CONDA["name"] == "websocket-lab"
    assert {"pip": ["-e ."]} in CONDA["dependencies"]
