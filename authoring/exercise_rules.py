"""The one shape of an exercise: its header and sections, its gaps, its check, and the tests of its check."""

import ast
from collections.abc import Iterator
from pathlib import Path

from authoring.exercise import TERMS, TITLE, Exercise
from authoring.faults import Fault
from authoring.lesson import Cell
from authoring.prose import Prose
from websocket_lab.grading.exercise_notebook import BEGIN, END, SOLUTION_ONLY, with_stubs


SECTIONS = ("What you will build", "The contract", "Your server", "Check", "Play", "Compare", "Go further")
CLIENT_SECTIONS = {"Your server": "Your client"}
REASONS = ("Why it is written so", "Another way", "Usual mistakes")
GAPS = range(1, 4)
GAP_LINES = range(1, 9)
CALLS = ("check", "hint", "compare")


def exercise_faults(exercise: Exercise, root: Path) -> Iterator[Fault]:
    """Yield the parts that the exercise lacks, and what is wrong with those it has."""
    yield from _header(exercise)
    yield from _sections(exercise)
    yield from _calls(exercise)
    yield from _gaps(exercise)
    yield from _stop(exercise)
    yield from _check_module(exercise, root)


def _header(exercise: Exercise) -> Iterator[Fault]:
    cell, title = f"{exercise.place}, cell 1", TITLE.match(exercise.header)
    if not title:
        yield Fault(cell, f"does not start with the title; write: # Exercise {exercise.number} · Title.")
    elif int(title[1]) != exercise.number:
        yield Fault(cell, f"says exercise {title[1]}; write {exercise.number}, as in the file's name.")
    if not exercise.promise:
        yield Fault(cell, "promises nothing; below the title, write what happens as a **bold sentence**.")
    if not TERMS.search(exercise.header):
        yield Fault(
            cell,
            "does not say how long it takes, how hard it is and what it follows; "
            "write a line of its own such as: *20 minutes · easy · after lesson 8.*",
        )
    elif exercise.follows is None:
        yield Fault(cell, "names no lesson; write its number, such as: after lesson 8.")


def _sections(exercise: Exercise) -> Iterator[Fault]:
    for is_reason, wanted in ((False, SECTIONS), (True, REASONS)):
        cells = [cell for cell in exercise.markdown if (SOLUTION_ONLY in cell.tags) == is_reason]
        found = {heading.text for cell in cells for heading in Prose(cell.source).headings}
        for section in wanted:
            if section not in found and CLIENT_SECTIONS.get(section) not in found:
                tagged = f", in a cell tagged {SOLUTION_ONLY}" if is_reason else ""
                yield Fault(exercise.place, f"lacks a section; write: ## {section}{tagged}.")


def _calls(exercise: Exercise) -> Iterator[Fault]:
    learners = "\n".join(cell.source for cell in exercise.code if SOLUTION_ONLY not in cell.tags)
    for function in CALLS:
        if f'{function}("{exercise.slug}"' not in learners:
            yield Fault(exercise.place, f'never calls {function}("{exercise.slug}"); give it a cell.')
    reasons = "\n".join(cell.source for cell in exercise.code if SOLUTION_ONLY in cell.tags)
    if f'check("{exercise.slug}"' not in reasons:
        yield Fault(
            exercise.place,
            f'never checks its other way; call check("{exercise.slug}", …) in a cell tagged {SOLUTION_ONLY}.',
        )


def _gaps(exercise: Exercise) -> Iterator[Fault]:
    gaps = [(cell, size) for cell in exercise.server for size in gap_sizes(cell.source)]
    if len(gaps) not in GAPS:
        yield Fault(exercise.place, f"has {len(gaps)} gaps; make it one to three, in cells tagged server.")
    for cell, size in gaps:
        if size not in GAP_LINES:
            place = f"{exercise.place}, cell {cell.number}"
            yield Fault(place, f"has a gap of {size} lines; make it one to eight, or two gaps.")
    for cell in exercise.code:
        if BEGIN in cell.source:
            yield from _gap_cell(exercise, cell)


def gap_sizes(code: str) -> list[int]:
    """Return how many lines of code each gap takes out."""
    parts = [part.partition(END)[0] for part in code.split(BEGIN)[1:]]
    return [sum(bool(line.strip()) for line in part.splitlines()) for part in parts]


def _gap_cell(exercise: Exercise, cell: Cell) -> Iterator[Fault]:
    place = f"{exercise.place}, cell {cell.number}"
    if cell not in exercise.server:
        yield Fault(
            place, "has a gap and is not tagged server; tag it, so that it is part of what is checked."
        )
    if problem := _stub_problem(cell.source):
        yield Fault(place, problem)


def _stub_problem(code: str) -> str:
    try:
        body = ast.parse(with_stubs(code)).body
    except SyntaxError as error:
        return f"does not compile with its gaps empty ({error.msg}); let a gap be whole lines."
    except ValueError:
        # It is said already, where the exercise could not be built.
        return ""

    if any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in body):
        return ""
    return "has a gap and defines no function or class, so that compare cannot find it; put it in one."


def _stop(exercise: Exercise) -> Iterator[Fault]:
    code = [cell for cell in exercise.counted if cell.is_code]
    if code and ".stop()" not in code[-1].source:
        yield Fault(
            f"{exercise.place}, cell {code[-1].number}",
            "is the last code cell and stops nothing; stop there what was started: finished.stop().",
        )


def _check_module(exercise: Exercise, root: Path) -> Iterator[Fault]:
    check = f"websocket_lab/exercises/{exercise.slug}/check.py"
    bank = f"tests/websocket_lab/exercises/test_{exercise.slug}.py"
    return missing_check(exercise.place, check, bank, root)


def missing_check(place: str, check: str, bank: str, root: Path) -> Iterator[Fault]:
    """Yield that an exercise, or a your-turn, has no check, and that it has no bank of answers."""
    for file, what in ((check, "check"), (bank, "bank of right and wrong answers")):
        if not (root / file).exists():
            yield Fault(place, f"has no {what}; write {file}.")
