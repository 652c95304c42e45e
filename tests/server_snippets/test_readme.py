"""What server_snippets/README.md says: all modules, options, endpoints and close codes, and no others."""

import re
from pathlib import Path

import pytest

import server_snippets
from server_snippets.server.metrics import Metrics
from server_snippets.server.options import read_arguments
from server_snippets.server.shutdown import Draining
from server_snippets.server.transport.open_connections import OpenConnections
from server_snippets.server.transport.traffic import REASONS


FOLDER = Path(server_snippets.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
SERVER = FOLDER / "server"
ROOMS = ("endpoints", "connections", "brokers", "transport")
ENDPOINTS = sorted((SERVER / "endpoints").glob("*.py"))
CLOSE_CODES = (SERVER / "static" / "close_codes.js").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """Return what stands below a heading."""
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of each row that begins with something in code."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]


def test_the_map_has_every_module_once() -> None:
    table = [line for line in section("Map of the modules").splitlines() if line.startswith("|")]
    named = re.findall(r"`(?:\w+/)?(\w+)`", "\n".join(table))
    files = [file for folder in (SERVER, *map(SERVER.joinpath, ROOMS)) for file in folder.glob("*.py")]
    modules = [file.stem for file in files if not file.stem.startswith("__")]

    assert sorted(named) == sorted(modules)


def test_every_option_is_there_with_its_default() -> None:
    told = {option.strip("`"): default.strip("`–") for option, default, _ in rows(section("Options"))}
    defaults = vars(read_arguments([]))

    assert told == {f"--{name.replace('_', '-')}": str(value or "") for name, value in defaults.items()}


def test_every_endpoint_is_there() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in ENDPOINTS)
    served = re.findall(r'@router\.\w+\("([^"]+)"\)', sources)
    told = [endpoint.strip("`") for endpoint, _ in rows(section("Run it"))]

    # The chat's second path is there for names that are wrong.
    assert sorted([*told, "/ws/chat/{names:path}"]) == sorted(served)


def test_every_metric_is_there() -> None:
    families = Metrics(OpenConnections(), Draining()).registry.collect()
    expected = {family.name + "_total" * (family.type == "counter"): family.type for family in families}

    assert {name.strip("`"): kind for name, kind, _ in rows(section("Monitoring"))} == expected
    assert all(f"`{reason}`" in section("Monitoring") for reason in REASONS)


@pytest.mark.parametrize("code", re.findall(r"^\| (\d{4}) \|", README, re.MULTILINE))
def test_every_close_code_is_one_that_the_test_page_explains(code: str) -> None:
    assert f"[{code}, " in CLOSE_CODES


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (FOLDER / link).exists()
