"""What the learner wrote: the code behind what was passed to `check`, wherever its notebook is."""

import ast
import inspect
import linecache
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

from websocket_lab.grading.exercise_notebook import (
    as_exercise,
    gap_cells,
    read_solution,
    server_cells,
    with_stubs,
)


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def learner_cell(subject: Any, exercise: str) -> str | None:
    """Return the code in which the learner filled the exercise's gaps; None if there is no source."""
    found = [code for cell in gap_cells(read_solution(exercise)) for code in sources(subject, cell)]
    # Whoever joined two cells has filled two gaps in one.
    return "\n\n\n".join(dict.fromkeys(code.strip("\n") for code in found)) or None


def is_untouched(exercise: str, subject: Any) -> bool:
    """Return whether the learner has not begun; comments and white space do not count."""
    solution = read_solution(exercise)
    gaps = [with_stubs(cell) for cell in gap_cells(solution)]
    shipped = [meaning(code) for _, code in server_cells(as_exercise(solution))]
    return (
        bool(gaps)
        and all(_is_among([meaning(gap)], sources(subject, gap)) for gap in gaps)
        and _is_among(shipped, _source(subject, _namespace(subject)))
    )


def meaning(code: str) -> str:
    """Return a text that is equal for code which differs only in comments and white space."""
    try:
        return ast.dump(ast.parse(code))
    except (SyntaxError, ValueError):
        return code.strip()


def sources(subject: Any, cell: str) -> list[str]:
    """Return the learner's cells that define what `cell` defines."""
    names = [node.name for node in ast.parse(cell).body if isinstance(node, Definition)]
    namespace = _namespace(subject)
    found = [code for name in names for code in _source(namespace.get(name), namespace)]
    return list(dict.fromkeys(found))


def _is_among(shipped: list[str], written: list[str]) -> bool:
    return bool(written) and all(meaning(code) in shipped for code in written)


def _namespace(subject: Any) -> Mapping[str, Any]:
    function = next(_functions(_definition(subject)), None)
    return function.__globals__ if function else {}


def _source(thing: Any, namespace: Mapping[str, Any]) -> list[str]:
    definition = _definition(thing)
    function = next(_functions(definition), None)
    if function is None:
        return _cells_that_define(definition, namespace)
    file = function.__code__.co_filename
    code = _text_in_file(definition) if _is_file(file) else "".join(linecache.getlines(file))
    return [code] if code else []


def _cells_that_define(kind: Callable[..., Any], namespace: Mapping[str, Any]) -> list[str]:
    """Return the latest cell that defines a class in which no function leads to its source."""
    beginning = re.compile(rf"^class {re.escape(kind.__name__)}\b", re.MULTILINE)
    # IPython's list of all cells in the order in which they ran, a cell that ran again once more.
    cells = namespace.get("In", [])
    return [cell for cell in cells if beginning.search(cell)][-1:]


def _text_in_file(definition: Callable[..., Any]) -> str:
    try:
        return inspect.getsource(definition)
    except OSError:
        # The file has changed since.
        return ""


def _is_file(name: str) -> bool:
    # A kernel's debugger writes cells to files; they are cells all the same.
    return "ipykernel_" not in name and Path(name).is_file()


def _definition(thing: Any) -> Callable[..., Any]:
    """Return the function or class that `thing` is, wraps, or is an instance of."""
    thing = thing.func if isinstance(thing, partial) else thing
    if callable(thing):
        thing = inspect.unwrap(getattr(thing, "__func__", thing))
    return thing if inspect.isfunction(thing) or inspect.isclass(thing) else type(thing)


def _is_written_in(kind: Callable[..., Any], function: FunctionType) -> bool:
    # A dataclass's generated methods have no source.
    return function.__module__ == kind.__module__ and function.__code__.co_filename != "<string>"


def _functions(definition: Callable[..., Any]) -> Iterator[FunctionType]:
    """Yield the function itself, or the functions that the class's own code defines."""
    if isinstance(definition, FunctionType):
        yield definition
        return

    for member in vars(definition).values():
        function = inspect.unwrap(getattr(member, "fget", None) or getattr(member, "__func__", member))
        if isinstance(function, FunctionType) and _is_written_in(definition, function):
            yield function
