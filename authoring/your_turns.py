"""The your-turns of the lessons: a gap of a few lines in the lesson's own server, with a check of its own.

The answer is written in `solutions/your_turns/02_capitals.py`, with the lesson's number before the id. The
lesson has a cell tagged `server` and `your-turn:capitals`, which `sync` fills with what stands there below
`# %% your turn`, without what is between `### BEGIN SOLUTION` and `### END SOLUTION`.
"""

from collections.abc import Iterator
from pathlib import Path

from authoring.exercise_rules import gap_sizes, missing_check
from authoring.faults import Fault
from authoring.lesson import Cell, Lesson
from websocket_lab.grading.exercise_notebook import SERVER, YOUR_TURNS, gap_cells, read_answer, with_stubs


TAG = "your-turn:"
GAP_LINES = range(1, 5)
CALLS = ("check", "hint")


def turns_in(cell: Cell) -> list[str]:
    """Return the ids of the your-turns in the cell's tags: one, or none."""
    return [tag.removeprefix(TAG) for tag in cell.tags if tag.startswith(TAG)]


def fill_your_turns(lesson: Lesson, root: Path) -> list[Fault]:
    """Put the your-turns, their gaps empty, into the lesson's tagged cells; return what is in the way."""
    faults = []
    for cell in lesson.cells:
        for name in turns_in(cell):
            try:
                cell.node.source = _learners_cell(_path(lesson, name, root))
            except LookupError as error:
                faults.append(Fault(f"{lesson.place}, cell {cell.number}", str(error)))
            except ValueError as error:
                faults.append(Fault(f"{lesson.place}, cell {cell.number}", f"cannot be filled: {error}"))
    return faults


def your_turn_faults(lesson: Lesson, root: Path) -> Iterator[Fault]:
    """Yield what a your-turn of the lesson lacks, and each answer that the lesson does not ask for."""
    asked = {name: cell for cell in lesson.code for name in turns_in(cell)}
    for path in sorted((root / YOUR_TURNS).glob(f"{lesson.number:02}_*.py")):
        name, place = path.stem[3:], path.relative_to(root).as_posix()
        if name not in asked:
            yield Fault(place, f"is in no lesson; tag a cell of {lesson.place} {SERVER} and {TAG}{name}.")
        elif SERVER not in asked[name].tags:
            # So that what a learner writes there is no fault of the lesson.
            yield Fault(
                f"{lesson.place}, cell {asked[name].number}", f"is a your-turn; tag it {SERVER}, too."
            )
        yield from _gap(path, place)
        yield from _calls(lesson, name)
        check = f"websocket_lab/your_turns/{name}.py"
        yield from missing_check(place, check, f"tests/websocket_lab/your_turns/test_{name}.py", root)


def _path(lesson: Lesson, name: str, root: Path) -> Path:
    path = root / YOUR_TURNS / f"{lesson.number:02}_{name}.py"
    if not path.is_file():
        place = path.relative_to(root).as_posix()
        raise LookupError(f"asks for the your-turn {name}; correct the tag, or write {place}.")
    return path


def _learners_cell(path: Path) -> str:
    (cell,) = gap_cells(read_answer(path))
    return with_stubs(cell, path.name)


def _gap(path: Path, place: str) -> Iterator[Fault]:
    try:
        sizes = [size for cell in gap_cells(read_answer(path)) for size in gap_sizes(cell)]
    except ValueError as error:
        yield Fault(place, f"cannot become a your-turn: {error}")
        return

    if len(sizes) != 1 or sizes[0] not in GAP_LINES:
        yield Fault(place, f"has gaps of {sizes} lines; make it one gap of one to four lines.")


def _calls(lesson: Lesson, name: str) -> Iterator[Fault]:
    code = "\n".join(cell.source for cell in lesson.code)
    for function in CALLS:
        if f'{function}("{name}"' not in code:
            yield Fault(lesson.place, f'never calls {function}("{name}"); give it a cell.')
