"""The one shape of a lesson: header, diagram, prediction, recap, and a last cell that stops everything."""

import re
from collections.abc import Iterator
from pathlib import Path

from authoring.faults import Fault
from authoring.lesson import SERVER_OF, TITLE, Cell, Lesson, step_names
from authoring.prose import Prose


TERMINAL = "File ▸ New ▸ Terminal"
# So many characters fit beside the table of contents, where the window is 1280 pixels wide.
WIDEST = 104


def lesson_faults(lesson: Lesson, root: Path) -> Iterator[Fault]:
    """Yield the parts that the lesson lacks."""
    yield from _header(lesson)
    yield from _name(lesson, root)
    yield from _parts(lesson)
    yield from _kernel_check(lesson)
    yield from _stop(lesson)
    yield from _step(lesson, root)
    yield from wide_lines(lesson)


def _header(lesson: Lesson) -> Iterator[Fault]:
    cell, title = f"{lesson.place}, cell 1", TITLE.match(lesson.header)
    if not title:
        yield Fault(cell, f"does not start with the title; write: # {lesson.number} · Title.")
    elif int(title[1]) != lesson.number:
        yield Fault(cell, f"says lesson {title[1]}; write {lesson.number}, as in the file's name.")
    if not lesson.promise:
        yield Fault(cell, "promises nothing; below the title, write what happens as a **bold sentence**.")
    if len(lesson.abilities) != 3:
        yield Fault(cell, "names no three abilities; write: You will be able to: one · two · three.")
    if not lesson.minutes:
        yield Fault(cell, "says no time; write a line of its own such as: *20 minutes.*")


def _name(lesson: Lesson, root: Path) -> Iterator[Fault]:
    steps = [name for name in step_names(root, lesson) if name not in SERVER_OF.values()]
    slugs = [name.removeprefix("step_") for name in steps]
    if slugs and lesson.path.stem not in slugs:
        yield Fault(lesson.place, f"has another name than its step; rename it to {slugs[0]}.ipynb.")


def _parts(lesson: Lesson) -> Iterator[Fault]:
    pieces = [Prose(cell.source) for cell in lesson.markdown]
    if not any(piece.has_diagram for piece in pieces):
        yield Fault(lesson.place, "has no diagram; draw one as a ```mermaid block in a Markdown cell.")
    if not any(heading.text == "Recap" for piece in pieces for heading in piece.headings):
        yield Fault(lesson.place, "has no recap; end it with a cell that starts with ## Recap.")
    asked = sum(len(re.findall(r"\bPrediction\(", cell.source)) for cell in lesson.code)
    answered = sum(cell.source.count(".reveal(") for cell in lesson.code)
    if not asked:
        yield Fault(lesson.place, "lets nobody predict anything; put a Prediction(…) before a run.")
    if asked > answered:
        yield Fault(
            lesson.place,
            f"has Prediction(…) {asked} × and .reveal(…) {answered} ×; answer each prediction after its run.",
        )


def _kernel_check(lesson: Lesson) -> Iterator[Fault]:
    # What imports nothing runs in any kernel.
    code = [cell for cell in lesson.cells if cell.is_code and "import" in cell.source]
    if code and "kernel-check" not in code[0].tags:
        yield Fault(
            f"{lesson.place}, cell {code[0].number}",
            "runs before the kernel check; move the two cells tagged kernel-check above it.",
        )


def _stop(lesson: Lesson) -> Iterator[Fault]:
    last = lesson.code[-1] if lesson.code else None
    if not last:
        yield Fault(lesson.place, "has no code; show something happening.")
    elif ".stop()" not in last.source:
        yield Fault(
            f"{lesson.place}, cell {last.number}",
            "is the last code cell and stops nothing; stop there what the lesson started: server.stop().",
        )


def _step(lesson: Lesson, root: Path) -> Iterator[Fault]:
    steps = step_names(root, lesson)
    lines = [f"server_snippets.{name}:app" for name in steps]
    telling = [cell for cell in lesson.markdown if any(line in cell.source for line in lines)]
    if steps and not telling:
        yield Fault(
            lesson.place,
            f"does not say how its server runs by itself; write: uvicorn server_snippets.{steps[0]}:app.",
        )
    for cell in telling:
        yield from _terminal(f"{lesson.place}, cell {cell.number}", cell)


def _terminal(place: str, cell: Cell) -> Iterator[Fault]:
    # A terminal that JupyterLab did not open does not find uvicorn.
    if TERMINAL not in cell.source:
        yield Fault(
            place,
            f"does not say in which terminal to type; write: in JupyterLab's terminal (**{TERMINAL}**).",
        )


def wide_lines(lesson: Lesson) -> Iterator[Fault]:
    """Yield the lines of code that can be read only by scrolling sideways."""
    for cell in lesson.code:
        for line in cell.source.splitlines():
            # The end of an import is seldom missed.
            if len(line) > WIDEST and not line.startswith("from "):
                yield Fault(
                    f"{lesson.place}, cell {cell.number}",
                    f"has a line of {len(line)} characters; break or shorten it: {WIDEST} can be read "
                    f"without scrolling: {line.strip()[:40]} …",
                )
