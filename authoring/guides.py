"""What nobody keeps by hand in the guides: the plans for teachers, the map of the code, and the remedies."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from authoring.exercise import Exercise, in_order
from authoring.lesson import Lesson
from authoring.navigation import remedy_table
from authoring.readme import with_rows


TEACHING = "docs/teaching/README.md"
CONTRIBUTING = "CONTRIBUTING.md"
TROUBLESHOOTING = "docs/troubleshooting.md"
PLAN_HEAD = "| When | Together | Minutes |\n|---|---|---:|"
# What is no code of the course, and folders that are found by their exercise's name.
UNLISTED = ("tests", "node_modules", "websocket_lab/exercises/")
MAP_HEAD = "| Folder | What it does |\n|---|---|"


@dataclass(frozen=True)
class Block:
    """A piece of a plan: when it is, and the numbers of its lessons and exercises."""

    when: str
    lessons: tuple[int, ...] = ()
    exercises: tuple[int, ...] = ()


PLANS = {
    "one-day": (
        Block("Before coffee", (0, 1, 2)),
        Block("Until lunch", (3, 4)),
        Block("After lunch", (7,), (1,)),
        Block("Until the end", (8,), (4,)),
    ),
    "four-weeks": (
        Block("Week 1", (0, 1, 2, 3, 4), (1,)),
        Block("Week 2", (5, 6, 7, 8), (2, 3, 4, 5)),
        Block("Week 3", (9, 10, 11), (6, 7, 8, 9, 10)),
        # And whatever is new.
        Block("Week 4", (12, 13, 14, 15, *range(16, 100)), tuple(range(11, 100))),
    ),
}


@dataclass(frozen=True)
class Guides:
    """The guides of the course in `root`."""

    root: Path
    lessons: list[Lesson]
    exercises: list[Exercise]

    def texts(self) -> dict[Path, str]:
        """Return what each guide that is there should hold."""
        writers = {
            TEACHING: self._with_plans,
            CONTRIBUTING: self._with_map,
            TROUBLESHOOTING: self._with_remedies,
        }
        paths = {self.root / name: write for name, write in writers.items() if (self.root / name).exists()}
        return {path: write(path.read_text(encoding="utf-8")) for path, write in paths.items()}

    def _with_plans(self, text: str) -> str:
        for name, blocks in PLANS.items():
            text = with_rows(text, name, [PLAN_HEAD, *self._rows(blocks)])
        return text

    def _rows(self, blocks: tuple[Block, ...]) -> Iterator[str]:
        total = 0
        for block in blocks:
            pages = self._pages(block)
            minutes = sum(page.minutes or 0 for page in pages)
            total += minutes
            yield f"| {block.when} | {'<br>'.join(map(_entry, pages))} | {minutes} |"
        yield f"| **All** | | **{total}** |"

    def _pages(self, block: Block) -> list[Lesson]:
        lessons = [lesson for lesson in self.lessons if lesson.number in block.lessons]
        exercises = [exercise for exercise in self.exercises if exercise.number in block.exercises]
        return in_order([*lessons, *exercises])

    def _with_map(self, text: str) -> str:
        return with_rows(
            text, "map", [MAP_HEAD, *(f"| `{name}/` | {says} |" for name, says in self._packages())]
        )

    def _with_remedies(self, text: str) -> str:
        tables = [
            f"\n### [{lesson.name}](../notebooks/{lesson.path.name})\n\n{table}"
            for lesson in self.lessons
            if (table := remedy_table(lesson.number))
        ]
        return with_rows(text, "remedies", tables)

    def _packages(self) -> Iterator[tuple[str, str]]:
        for file in sorted(self.root.glob("*/**/__init__.py")):
            name = file.parent.relative_to(self.root).as_posix()
            # The benchmarks have an environment of their own, inside their folder.
            if not name.startswith(UNLISTED) and "/." not in f"/{name}":
                says = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
                yield name, says.partition("\n")[0]


def _entry(page: Lesson) -> str:
    # Learners open the exercise, not its solution.
    folder = page.path.parent.name.replace("solutions", "exercises")
    return f"[{page.name}](../../{folder}/{page.path.name}) ({page.minutes})"
