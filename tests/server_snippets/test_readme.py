"""What server_snippets/README.md says: all modules, options, endpoints and close codes, and no others."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import server_snippets
from server_snippets.command_line import read_arguments


FOLDER = Path(server_snippets.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
ENDPOINTS = sorted(FOLDER.glob("*_endpoint.py"))
CLOSE_CODES = (FOLDER / "static" / "close_codes.js").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """Return what stands below a heading."""
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of each row that begins with something in code."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]


def test_the_map_has_every_module_once() -> None:
    table = [line for line in section("Map of the modules").splitlines() if line.startswith("|")]
    named = re.findall(r"`(\w+)`", "\n".join(table))
    modules = [file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith(("step_", "__init__"))]

    assert sorted(named) == sorted(modules)


def test_every_option_is_there_with_its_default() -> None:
    told = {option.strip("`"): default.strip("`–") for option, default, _ in rows(section("Options"))}
    defaults = vars(read_arguments([]))

    assert told == {f"--{name.replace('_', '-')}": str(value or "") for name, value in defaults.items()}


def test_every_endpoint_is_there() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in [FOLDER / "pages.py", *ENDPOINTS])
    served = re.findall(r'@router\.\w+\("([^"]+)"\)', sources)
    told = [endpoint.strip("`") for endpoint, _ in rows(section("Run it"))]

    # The chat's second path is there for names that are wrong.
    assert sorted([*told, "/ws/chat/{names:path}"]) == sorted(served)


@pytest.mark.parametrize("code", re.findall(r"^\| (\d{4}) \|", README, re.MULTILINE))
def test_every_close_code_is_one_that_the_test_page_explains(code: str) -> None:
    assert f"[{code}, " in CLOSE_CODES


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (FOLDER / link).exists()


VISIT = """
import server_snippets
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

print(server_snippets.__path__)
with TestClient(app) as client:
    with client.websocket_connect("/ws/chat/lobby/ana") as ana:
        print(ana.receive_json()["type"])
    try:
        client.websocket_connect("/ws/chat/lobby/eve", headers={"Origin": "http://evil.example"}).__enter__()
    except WebSocketDisconnect:
        print("refused")
"""


def test_the_part_that_is_taken_works_without_the_rest(tmp_path: Path) -> None:
    words, _, rest = section("Using only part of it").partition("```python")
    copy = tmp_path / "server_snippets"
    copy.mkdir()
    for module in set(re.findall(r"`(\w+)`", words)):
        shutil.copy(FOLDER / f"{module}.py", copy)
    program = rest.partition("```")[0] + VISIT
    run = subprocess.run(
        # Without site, which would find the course's own folder first.
        [sys.executable, "-S", "-c", program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), sysconfig.get_path("purelib")])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert run.stdout.splitlines()[1:] == ["history", "refused"], run.stderr
    assert str(copy) in run.stdout.splitlines()[0]
