"""The guide for teachers shows what `python -m websocket_lab check` really says about five submissions."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from websocket_lab.grading.exercise_notebook import solution_path


ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "teaching" / "submissions.md"
NAME = solution_path("private_messages").name
# What each learner made of the solution.
SUBMISSIONS: dict[str, Callable[[str], str]] = {
    "ana": lambda code: code,
    "eve": lambda code: code.replace("split(maxsplit=2)", "split()"),
    "dan": lambda code: code.replace("class PrivateChat(ChatServer):", "class PrivateChat(ChatServer)"),
    "kim": lambda code: code.replace("class PrivateChat", "while True:\n    pass\n\n\nclass PrivateChat"),
}
# They differ from run to run.
VARYING = [r"\([\d.]+ s\)", r"\b[a-z]+-[0-9a-f]{6}\b", r"_[0-9a-f]{6}\b", r"\d+\.py"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the guide speaks of."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "ben.ipynb").write_text((ROOT / "exercises" / NAME).read_text())
    for name, change in SUBMISSIONS.items():
        notebook = json.loads((ROOT / "solutions" / NAME).read_text())
        tags = [cell["metadata"].get("tags", []) for cell in notebook["cells"]]
        for cell, tagged in zip(notebook["cells"], tags, strict=True):
            if "server" in tagged:
                cell["source"] = change("".join(cell["source"]))
        pairs = zip(notebook["cells"], tags, strict=True)
        notebook["cells"] = [cell for cell, tagged in pairs if "solution-only" not in tagged]
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    return folder


def steady(text: str) -> str:
    """Return the text without what differs from run to run."""
    for varying in VARYING:
        text = re.sub(varying, "…", text)
    return text.strip()


def test_the_output_in_the_guide_is_what_comes(folder: Path) -> None:
    command = [sys.executable, "-m", "websocket_lab", "check", "class", "--timeout", "25"]
    result = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False)
    shown = GUIDE.read_text(encoding="utf-8").partition("output:start -->\n```\n")[2].partition("```")[0]

    assert result.returncode == 1
    assert steady(result.stdout) == steady(shown)
