"""A lesson, read from its notebook; the header cell tells everything that other pages say about it.

The header is the first cell, in this form:

    # 2 · Your first endpoint
    **You write an endpoint and four kinds of client talk to it.** You will be able to: write … · start …
    · talk ….

    *20 minutes, after [1 · HTTP and WebSocket](01_polling_and_push.ipynb).*
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from nbformat import NotebookNode

from authoring.notebook_format import parse
from websocket_lab.grading.exercise_notebook import without_markers


FILE_NAME = re.compile(r"(\d\d)_(\w+)")
TITLE = re.compile(r"^# (\d+) · (.+?)\s*$", re.MULTILINE)
PROMISE = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE | re.DOTALL)
ABILITIES = re.compile(r"You will be able to: (.+?)\.?\s*(?=\n\n|\Z)", re.DOTALL)
MINUTES = re.compile(r"^\*(\d+) minutes\b.*\*\s*$", re.MULTILINE)
GENERATED = {"navigation", "kernel-check"}
# A lesson whose server is not called like the lesson.
SERVER_OF = {"the_whole_server": "main"}


@dataclass
class Cell:
    """One cell and its number, counted from 1 as a reader counts."""

    number: int
    node: NotebookNode

    @property
    def source(self) -> str:
        """Its text."""
        return str(self.node.source)

    @property
    def is_code(self) -> bool:
        """Whether it can be run."""
        return bool(self.node.cell_type == "code")

    @property
    def tags(self) -> list[str]:
        """Its tags."""
        return list(self.node.metadata.get("tags", []))

    @property
    def is_generated(self) -> bool:
        """Whether `sync` writes it and no author does."""
        return not GENERATED.isdisjoint(self.tags)

    @property
    def code_lines(self) -> int:
        """How many lines of code there are, without empty ones and without the markers of gaps."""
        return sum(bool(line.strip()) for line in without_markers(self.source).splitlines())


@dataclass
class Lesson:
    """One numbered notebook of the course."""

    path: Path
    notebook: NotebookNode

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the lesson in the file; ValueError if it is no notebook."""
        return cls(path, parse(path.read_text(encoding="utf-8")))

    @property
    def place(self) -> str:
        """How faults name the notebook."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def number(self) -> int:
        """The number in its file's name."""
        return int(self.path.name[:2])

    @property
    def slug(self) -> str:
        """The name that it shares with its step, exercise and check."""
        return self.path.stem[3:]

    @property
    def cells(self) -> list[Cell]:
        """All its cells, as they are now."""
        return [Cell(number, node) for number, node in enumerate(self.notebook.cells, 1)]

    @property
    def author_cells(self) -> list[Cell]:
        """The cells that a person wrote or chose."""
        return [cell for cell in self.cells if not cell.is_generated]

    @property
    def counted(self) -> list[Cell]:
        """The author's cells that count against the limit."""
        return self.author_cells

    @property
    def code(self) -> list[Cell]:
        """The author's code cells."""
        return [cell for cell in self.author_cells if cell.is_code]

    @property
    def markdown(self) -> list[Cell]:
        """The author's Markdown cells."""
        return [cell for cell in self.author_cells if not cell.is_code]

    @property
    def header(self) -> str:
        """The text of the first cell."""
        return str(self.notebook.cells[0].source) if self.notebook.cells else ""

    @property
    def name(self) -> str:
        """Number and title, as links show them: `2 · Your first endpoint`."""
        found = TITLE.match(self.header)
        return f"{found[1]} · {found[2]}" if found else f"{self.number} · {self.slug.replace('_', ' ')}"

    @property
    def title(self) -> str:
        """The title without its number."""
        return self.name.split(" · ", 1)[1]

    @property
    def promise(self) -> str | None:
        """The bold sentence that says what happens."""
        found = PROMISE.search(self.header)
        return " ".join(found[1].split()) if found else None

    @property
    def abilities(self) -> list[str]:
        """What the reader will be able to do."""
        found = ABILITIES.search(self.header)
        return re.split(r"\s+·\s+", found[1]) if found else []

    @property
    def minutes(self) -> int | None:
        """How long it takes."""
        found = MINUTES.search(self.header)
        return int(found[1]) if found else None


def lesson_paths(root: Path) -> list[Path]:
    """Return the lessons' notebooks in reading order."""
    return sorted(p for p in (root / "notebooks").glob("*.ipynb") if FILE_NAME.fullmatch(p.stem))


def misnamed(root: Path) -> list[Path]:
    """Return the notebooks that no number puts among the lessons."""
    return sorted(set((root / "notebooks").glob("*.ipynb")) - set(lesson_paths(root)))


def same_number(lessons: Sequence[Lesson]) -> Iterator[tuple[Lesson, Lesson]]:
    """Yield each lesson whose number another one has already, and that other one."""
    first: dict[int, Lesson] = {}
    for lesson in lessons:
        if (other := first.setdefault(lesson.number, lesson)) is not lesson:
            yield lesson, other


def step_names(root: Path, lesson: Lesson) -> list[str]:
    """Return the modules in server_snippets that belong to the lesson, its own step first."""
    own = SERVER_OF.get(lesson.slug, f"step_{lesson.path.stem}")
    numbered = {path.stem for path in (root / "server_snippets").glob(f"step_{lesson.number:02}_*.py")}
    if (root / "server_snippets" / f"{own}.py").exists():
        numbered.add(own)
    return sorted(numbered, key=lambda name: (name != own, name))
