"""The repository keeps to its own style: each tool and each rule names all that it finds."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["websocket_lab", "server_snippets", "authoring"]
HASTY_WORDS = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
STRAY = re.compile(r"\.ipynb_checkpoints/|__pycache__/|~$|\.DS_Store$|(^|/)Untitled|\.(orig|rej|bak|swp)$")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*suffixes: str) -> list[Path]:
    """Find the repository's files of some kinds, but nothing in a hidden folder."""
    found = []
    for folder, below, names in os.walk(ROOT):
        # Not even looked into: `.venv` holds a hundred times as many.
        below[:] = [name for name in below if not name.startswith(".") and name != "node_modules"]
        found += [Path(folder, name) for name in names if Path(name).suffix in suffixes]
    return sorted(found)


def short(path: Path) -> str:
    """Name a file from the repository's root."""
    return path.relative_to(ROOT).as_posix()


def run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a tool of this Python in the repository."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


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


def test_what_is_public_says_what_it_is() -> None:
    silent = [
        f"{short(path)}: {name}"
        for path in files(".py")
        if short(path) == "start.py" or short(path).split("/")[0] in PACKAGES
        for name, thing in public_things(ast.parse(path.read_text(encoding="utf-8")))
        if not (ast.get_docstring(thing) or "").partition("\n")[0].endswith((".", "?"))
    ]
    assert not silent, "These docstrings do not begin with a sentence:\n" + "\n".join(silent)


def test_prose_is_never_hasty() -> None:
    found = {short(path): HASTY_WORDS.findall(prose(path)) for path in files(".md", ".ipynb")}
    assert {name: words for name, words in found.items() if words} == {}


def test_no_cell_assigns_inside_an_expression() -> None:
    cells = [
        (path.name, number)
        for path in files(".ipynb")
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"])
        if cell["cell_type"] == "code" and ":=" in "".join(cell["source"])
    ]
    assert cells == [], "Remedy: two statements on two lines."


def test_nothing_stray_is_committed() -> None:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("This copy of the course has no git history.")
    assert [name for name in listing.stdout.splitlines() if STRAY.search(name)] == []
