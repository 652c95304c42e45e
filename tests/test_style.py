"""The repository keeps to its own style: tools are content, and files and functions stay small."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["websocket_lab", "server_snippets", "authoring"]
LONGEST_STEP = 90
LONGEST_MODULE = 200
LONGEST_FUNCTION = 15
HASTY_WORDS = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
STRAY = re.compile(r"\.ipynb_checkpoints/|__pycache__/|~$|\.DS_Store$|(^|/)Untitled|\.(orig|rej|bak|swp)$")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*suffixes: str) -> list[Path]:
    """Find the repository's files of some kinds, but nothing in a hidden folder."""
    found = (path for path in ROOT.rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if not re.search(r"/\.|/node_modules/", f"/{short(path)}"))


def short(path: Path) -> str:
    """Name a file from the repository's root."""
    return path.relative_to(ROOT).as_posix()


SOURCES = [
    path for path in files(".py") if short(path) == "start.py" or short(path).split("/")[0] in PACKAGES
]
PROSE = files(".md", ".ipynb")


def run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a tool of this Python in the repository."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def functions(path: Path) -> list[Function]:
    """Return all functions of a module, the nested ones too."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, Function)]


def body_lines(function: Function) -> set[int]:
    """Return the numbers of the lines that hold a function's statements, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return {line for statement in body for line in range(statement.lineno, (statement.end_lineno or 0) + 1)}


def own_length(function: Function, text: list[str]) -> int:
    """Count a function's lines of code, without comments and without the functions inside it."""
    inner = [node for node in ast.walk(function) if isinstance(node, Function) and node is not function]
    of_inner = {line for node in inner for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    lines = [text[number - 1].strip() for number in body_lines(function) - of_inner]
    return sum(bool(line) and not line.startswith("#") for line in lines)


def public_things(tree: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    """Give the module, and each public class, function and method, with its name."""
    yield "the module", tree
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            methods = [method for method in node.body if isinstance(method, Function)]
            for method in methods if isinstance(node, ast.ClassDef) else []:
                if not method.name.startswith("_"):
                    yield f"{node.name}.{method.name}", method


def prose(path: Path) -> str:
    """Return what a reader reads of a page or a notebook, without its code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
    return re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)


def test_ruff_finds_no_fault() -> None:
    result = run("ruff", "check", "--output-format=concise", ".")
    assert result.returncode == 0, result.stdout


def test_files_are_formatted() -> None:
    result = run("ruff", "format", "--check", ".")
    assert result.returncode == 0, f"{result.stdout}Remedy: ruff format"


def test_types_are_right() -> None:
    result = run("mypy")
    assert result.returncode == 0, result.stdout


def test_words_are_spelled_right() -> None:
    result = run("codespell_lib", *files(".py", ".md", ".ipynb", ".css", ".js", ".html", ".toml", ".txt"))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_a_module_is_short(path: Path) -> None:
    limit = LONGEST_STEP if path.name.startswith("step_") else LONGEST_MODULE
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= limit, f"{short(path)} has {length} lines; divide it: {limit} fit."


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_a_function_fits_in_a_glance(path: Path) -> None:
    text = path.read_text(encoding="utf-8").splitlines()
    lengths = {function.name: own_length(function, text) for function in functions(path)}
    too_long = {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}
    assert not too_long, f"{short(path)}: {too_long} lines; {LONGEST_FUNCTION} fit."


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    things = public_things(ast.parse(path.read_text(encoding="utf-8")))
    first_lines = {name: (ast.get_docstring(thing) or "").partition("\n")[0] for name, thing in things}
    silent = [name for name, line in first_lines.items() if not line.endswith((".", "?"))]
    assert not silent, f"{short(path)}: the docstring of {silent} does not begin with a sentence."


@pytest.mark.parametrize("path", PROSE, ids=short)
def test_prose_is_never_hasty(path: Path) -> None:
    assert HASTY_WORDS.findall(prose(path)) == []


def test_nothing_stray_is_committed() -> None:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("This copy of the course has no git history.")
    assert [name for name in listing.stdout.splitlines() if STRAY.search(name)] == []
