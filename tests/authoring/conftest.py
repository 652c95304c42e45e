"""A small course in a temporary folder, and lessons built from a few cells."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from nbformat import NotebookNode, v4

from authoring.course import Course
from authoring.exercise import Exercise
from authoring.lesson import Lesson


STEP = '''\
"""A step."""

# %% imports
from fastapi import FastAPI


# %% app
app = FastAPI()


@app.websocket("/ws")
async def echo(websocket): ...
'''
HEADER = """\
# {number} · {title}
**Ana sends and Ben receives it.** You will be able to: send · receive ·
leave.

*20 minutes.*

Ana sends a text to the server, and the server sends it on.

```mermaid
sequenceDiagram
    Ana->>server: hi
```"""
SENTENCE = (
    "Ana connects, says what she has to say, waits until Ben has received all of it, and then leaves again."
)


README = """\
# Course

<!-- lessons:start -->
<!-- lessons:end -->
"""
EXERCISE_HEADER = """\
# Exercise {number} · {title}
**Ana shouts.**
All good chats let people shout.

*20 minutes · easy · after lesson 2.*"""
GAP = """\
def make_app():
    ### BEGIN SOLUTION
    return None
    ### END SOLUTION"""


class SmallCourse:
    """A course to break."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("notebooks", "server_snippets"):
            (root / folder).mkdir()
        (root / "README.md").write_text(README)

    def add_step(self, name: str, text: str = STEP) -> None:
        """Write a step file."""
        (self.root / "server_snippets" / f"{name}.py").write_text(text)

    def path(self, name: str) -> Path:
        """Return where the lesson's notebook is."""
        return self.root / "notebooks" / f"{name}.ipynb"

    def add_lesson(self, name: str, *cells: NotebookNode) -> Lesson:
        """Write a lesson of these cells; return it as it was written."""
        self.path(name).write_text(v4.writes(v4.new_notebook(cells=list(cells))))
        return Lesson.read(self.path(name))

    def add_good_lesson(self, name: str, title: str) -> Lesson:
        """Write a lesson without a fault."""
        header = HEADER.format(number=int(name[:2]), title=title)
        middle = [v4.new_markdown_cell(SENTENCE) for _ in range(20)]
        ask = v4.new_code_cell('guess = Prediction("How many?", ["1", "2"])\nguess')
        show = v4.new_code_cell('guess.reveal("1")\nserver.stop()')
        recap = v4.new_markdown_cell(
            f"## Recap\n**File ▸ New ▸ Terminal**: `uvicorn server_snippets.step_{name}:app`. {SENTENCE}"
        )
        self.add_wrong_guesses(name, '["How many?"]\n"2" = "2 is more."')
        cells = [v4.new_markdown_cell(header), *middle, ask, v4.new_markdown_cell(SENTENCE), show, recap]
        return self.add_lesson(name, *cells)

    def add_wrong_guesses(self, name: str, text: str) -> None:
        """Write what those are told who guess wrongly in a lesson."""
        folder = self.root / "websocket_lab" / "wrong_guesses"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")

    def solution_path(self, name: str) -> Path:
        """Return where the solution's notebook is."""
        return self.root / "solutions" / f"{name}.ipynb"

    def add_solution(self, name: str, *cells: NotebookNode) -> Exercise:
        """Write a solution of these cells; return it as it was written."""
        self.solution_path(name).parent.mkdir(exist_ok=True)
        self.solution_path(name).write_text(v4.writes(v4.new_notebook(cells=list(cells))))
        return Exercise.read(self.solution_path(name))

    def add_good_solution(self, name: str = "01_shout", title: str = "Shouting") -> Exercise:
        """Write a solution without a fault, with its check and its bank."""
        slug = name[3:]
        for folder, file in (
            (f"websocket_lab/exercises/{slug}", "check"),
            ("tests/websocket_lab/exercises", f"test_{slug}"),
        ):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            (self.root / folder / f"{file}.py").touch()
        header = EXERCISE_HEADER.format(number=int(name[:2]), title=title)
        return self.add_solution(name, v4.new_markdown_cell(header), *_good_cells(slug))

    def faults(self) -> list[str]:
        """Return every fault as its sentence."""
        return [str(fault) for fault in Course.read(self.root).all_faults()]


@pytest.fixture
def course(tmp_path: Path) -> SmallCourse:
    """An empty course with a README."""
    return SmallCourse(tmp_path)


@pytest.fixture
def words() -> Callable[..., NotebookNode]:
    """Makes a Markdown cell from its text and tags."""
    return lambda text, *tags: v4.new_markdown_cell(text, metadata=_tagged(tags))


@pytest.fixture
def code() -> Callable[..., NotebookNode]:
    """Makes a code cell from its text and tags."""
    return lambda text, *tags: v4.new_code_cell(text, metadata=_tagged(tags))


def _good_cells(slug: str) -> list[NotebookNode]:
    """Return all that a solution needs below its header."""
    sections = {
        "What you will build": "finished.start()",
        "The contract": "",
        "Your server": GAP,
        "Check": f'check("{slug}", make_app)',
        "Play": f'hint("{slug}")',
        "Compare": f'compare("{slug}")',
        "Why it is written so": "",
        "Another way": f'check("{slug}", make_other_app)',
        "Usual mistakes": "",
        "Go further": "finished.stop()",
    }
    cells = []
    for section, source in sections.items():
        tags = (
            ["solution-only"] if section in ("Why it is written so", "Another way", "Usual mistakes") else []
        )
        cells.append(v4.new_markdown_cell(f"## {section}\n{SENTENCE}", metadata=_tagged(tags)))
        if source:
            tags = ["server"] if source == GAP else tags
            cells.append(v4.new_code_cell(source, metadata=_tagged(tags)))
    return cells


def _tagged(tags: Sequence[str]) -> dict[str, list[str]]:
    return {"tags": list(tags)} if tags else {}
