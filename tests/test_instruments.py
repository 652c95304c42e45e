"""The page of the instruments' names: each of its examples runs, in the order in which they stand there."""

import ast
import re
from pathlib import Path
from typing import Any

import websocket_lab
from server_snippets.step_02_echo import app
from websocket_lab.grading.finished_exercise import finished_module


PAGE = Path(__file__).parent.parent / "INSTRUMENTS.md"
ROW = re.compile(r"^\| `(\w+)` \| .+ \| (`.+`) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def run(line: str, names: dict[str, Any]) -> Any:
    """Run one line of an example, as a cell of its own; return its value."""
    if isinstance(ast.parse(line).body[0], ast.Expr):
        return eval(line, names)
    return exec(line, names)


def test_every_example_runs() -> None:
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, Any] = {"app": app, "make_app": finished_module("capitals").make_app}
    values: dict[str, Any] = {}
    rows = ROW.findall(text)
    for instrument, example in rows:
        names[instrument] = getattr(websocket_lab, instrument)
        assert instrument in example
        values |= {line: run(line, names) for line in CODE.findall(example)}
    for line in CODE.findall(text.rpartition("At the end")[2]):
        run(line, names)

    assert len(rows) == 9
    assert values["ana.receive()"] == "Echo: hello"
    assert values["ben.receive()"] == "Echo: hi"
    assert "Ben" in repr(values["tap.diagram()"])
    assert values['check("capitals", make_app)'].passed
    assert repr(values['hint("capitals")']).startswith("No hint is left to give")
    assert "Your turn: answer in capitals (passed" in repr(values["progress()"])
