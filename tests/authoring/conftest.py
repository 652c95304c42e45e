"""A small course in a temporary folder, and lessons built from a few cells."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from nbformat import NotebookNode, v4

from authoring.course import Course
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
**Ana speaks and Ben hears it.** You will be able to: speak · hear ·
leave.

*20 minutes.*

Ana sends a text to the server, and the server sends it on.

```mermaid
sequenceDiagram
    Ana->>server: hi
```"""
SENTENCE = (
    "Ana connects, says what she has to say, waits until Ben has heard all of it, and then she leaves again."
)


class SmallCourse:
    """A course to break."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("notebooks", "server_snippets"):
            (root / folder).mkdir()
        (root / "README.md").write_text("# Course\n\n<!-- lessons:start -->\n<!-- lessons:end -->\n")

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
            f"## Recap\nRun it: `uvicorn server_snippets.step_{name}:app`. {SENTENCE}"
        )
        cells = [v4.new_markdown_cell(header), *middle, ask, v4.new_markdown_cell(SENTENCE), show, recap]
        return self.add_lesson(name, *cells)

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


def _tagged(tags: Sequence[str]) -> dict[str, list[str]]:
    return {"tags": list(tags)} if tags else {}
