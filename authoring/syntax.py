"""Code that does not compile is told where it is written: in its cell, or in the step file that fills it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from authoring.faults import Fault
from authoring.lesson import Lesson, step_names
from authoring.snippets import wanted


def syntax_faults(lesson: Lesson) -> Iterator[Fault]:
    """Yield the code cells of its own that do not compile."""
    for cell in lesson.code:
        if not wanted(cell):
            # What a cell may hold beside Python, such as %%writefile, becomes Python first.
            as_python = TransformerManager().transform_cell  # type: ignore[no-untyped-call]
            yield from _faults(f"{lesson.place}, cell {cell.number}", cell.source, as_python)


def step_faults(lesson: Lesson, root: Path) -> Iterator[Fault]:
    """Yield the lesson's step files that do not compile."""
    for name in step_names(root, lesson):
        file = f"server_snippets/{name}.py"
        yield from _faults(file, (root / file).read_text(encoding="utf-8"))


def _faults(place: str, code: str, as_python: Callable[[str], str] = str) -> Iterator[Fault]:
    try:
        # A cell may await outside a function.
        compile(as_python(code), place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        yield Fault(place, f"does not compile; mend its line {error.lineno}: {error.msg}.")
