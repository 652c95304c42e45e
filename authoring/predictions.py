"""The predictions in a cell's code: what each asks, what it lets one choose, and its answer."""

import ast
from collections.abc import Iterator


def questions_in(source: str) -> dict[str, tuple[str, list[str]]]:
    """Return, by its name, the question and the options of each `name = Prediction(question, options)`."""
    assigned = dict(_assigned(source))
    return {
        name: (_text(*_looked_up(call.args[:1], assigned)), _options(call, assigned))
        for name, call in assigned.items()
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Prediction"
    }


def answers_in(source: str) -> dict[str, str]:
    """Return, by the prediction's name, what each `name.reveal(answer)` says; "" if that is measured."""
    calls = [node for node in ast.walk(_parsed(source)) if isinstance(node, ast.Call)]
    reveals = [call for call in calls if ast.unparse(call.func).endswith(".reveal")]
    return {ast.unparse(call.func).removesuffix(".reveal"): _text(*call.args[:1]) for call in reveals}


def _assigned(source: str) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _options(call: ast.Call, assigned: dict[str, ast.expr]) -> list[str]:
    (options,) = _looked_up(call.args[1:2], assigned)
    return [_text(option) for option in getattr(options, "elts", [])]


def _looked_up(nodes: list[ast.expr], assigned: dict[str, ast.expr]) -> list[ast.expr]:
    # What is long has a name of its own, on the line above.
    return [assigned.get(ast.unparse(node), node) for node in nodes]


def _text(*nodes: ast.expr) -> str:
    return "".join(str(node.value) for node in nodes if isinstance(node, ast.Constant))


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        # What a cell may hold beside Python, such as %%writefile, asks nobody.
        return ast.Module([], [])
