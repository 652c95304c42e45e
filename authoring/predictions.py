"""The predictions in a cell's code: what each lets one choose, and what its answer says to whom."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A statement in which a prediction is revealed.

    Attributes:
        name: The prediction's.
        right: What is revealed, if it is written down and not measured.
        told: The options that get a sentence of their own.
        lines: How many lines the statement has.
    """

    name: str
    right: frozenset[str]
    told: frozenset[str]
    lines: int


def options_in(source: str) -> dict[str, list[str]]:
    """Return the options of each `name = Prediction(question, options)` in the code."""
    assigned = dict(_assigned(source))
    asked = {name: call for name, call in assigned.items() if _called(call) == "Prediction"}
    return {name: _options(call, assigned) for name, call in asked.items() if isinstance(call, ast.Call)}


def answers_in(source: str) -> Iterator[Answer]:
    """Yield each statement with a `name.reveal(…)` in the code."""
    for statement in ast.walk(_parsed(source)):
        if isinstance(statement, ast.Expr | ast.Assign):
            lines = (statement.end_lineno or statement.lineno) - statement.lineno + 1
            yield from (_answer(call, lines) for call in _reveals(statement))


def _reveals(statement: ast.stmt) -> list[ast.Call]:
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return [call for call in calls if _called(call).endswith(".reveal")]


def _answer(call: ast.Call, lines: int) -> Answer:
    told = [_words(each.value) for each in call.keywords if each.arg == "unlike"]
    name, right = _called(call).removesuffix(".reveal"), _constant(*call.args[:1])
    return Answer(name, frozenset(right), frozenset().union(*told), lines)


def _assigned(source: str) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _called(node: ast.expr) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _options(call: ast.Call, assigned: dict[str, ast.expr]) -> list[str]:
    options = call.args[1] if len(call.args) > 1 else ast.List([])
    # A list that is long has a name of its own, on the line above.
    return _words(assigned.get(ast.unparse(options), options))


def _words(node: ast.expr) -> list[str]:
    """Return what is written down in a list, or as the keys of a dict."""
    inside = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return _constant(*inside)


def _constant(*nodes: ast.expr) -> list[str]:
    return [str(node.value) for node in nodes if isinstance(node, ast.Constant)]


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        # What a cell may hold beside Python, such as %%writefile, asks nobody.
        return ast.Module([], [])
