"""No folder imports one that stands above it: each one is built on those below."""

from pathlib import Path

import pytest

import server_snippets
import websocket_lab
from authoring.architecture import imported_names


LAB = Path(websocket_lab.__file__).parent
SERVER = Path(server_snippets.__file__).parent / "server"
# From the bottom to the top.
FOLDERS = {
    LAB: (
        *("server", "display", "wire", "client", "widgets"),
        *("processes", "experiments", "grading", "your_turns", "exercises"),
    ),
    SERVER: (
        *("logs", "transport", "settings", "shutdown", "connections", "brokers"),
        *("endpoints", "app", "serve", "workers", "cli"),
    ),
}


def arrows(package: Path) -> set[tuple[str, str]]:
    """Return which folder, or module of the top folder, imports which."""
    found = set()
    for file in package.rglob("*.py"):
        parts = file.relative_to(package.parent).with_suffix("").parts
        module = ".".join((package.name, *parts[1:]))
        for name in imported_names(module, file):
            inside = name.removeprefix(f"server_snippets.{package.name}.").removeprefix(f"{package.name}.")
            if inside != name and len(parts) > 1:
                found.add((parts[1], inside.partition(".")[0]))
    return {(importer, imported) for importer, imported in found if importer != imported}


@pytest.mark.parametrize("package", FOLDERS, ids=lambda package: package.name)
def test_no_arrow_runs_back(package: Path) -> None:
    order = FOLDERS[package]
    found = arrows(package)

    assert found
    assert [(a, b) for a, b in sorted(found) if {a, b} <= {*order} and order.index(a) < order.index(b)] == []


@pytest.mark.parametrize("package", FOLDERS, ids=lambda package: package.name)
def test_every_folder_has_its_place(package: Path) -> None:
    folders = {file.parent.relative_to(package).parts[0] for file in package.glob("*/*.py")}

    assert folders <= {*FOLDERS[package]}
