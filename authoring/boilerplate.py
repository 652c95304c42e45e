"""How much of the notebooks' text is boilerplate: what `sync` writes into each of them and no author does."""

from collections.abc import Iterable
from pathlib import Path

from authoring.lesson import Cell, Lesson
from authoring.prose import Prose


FOLDERS = ("notebooks", "exercises", "solutions")


def print_boilerplate(root: Path) -> int:
    """Print each folder's words, and the share of them that is generated; return 0."""
    for folder in FOLDERS:
        print(f"{folder + '/':12} {_line(notebooks(root, folder))}")
    print(f"{'all':12} {_line(page for folder in FOLDERS for page in notebooks(root, folder))}")
    return 0


def notebooks(root: Path, folder: str) -> list[Lesson]:
    """Return the notebooks in one of the folders."""
    return [Lesson.read(path) for path in sorted((root / folder).glob("*.ipynb"))]


def share(pages: Iterable[Lesson]) -> tuple[int, float]:
    """Return how many words of text the notebooks have, and the share of them that is generated."""
    counted = [(_words(cell), cell.is_generated) for page in pages for cell in page.cells]
    total = sum(words for words, _ in counted)
    return total, sum(words for words, generated in counted if generated) / total


def _words(cell: Cell) -> int:
    # The only code that counts is the setup check: the rest is what the notebook is about.
    if cell.is_code:
        return len(cell.source.split()) if cell.is_generated else 0
    return Prose(cell.source).words


def _line(pages: Iterable[Lesson]) -> str:
    total, generated = share(pages)
    return f"{total:6,} words, {generated:.1%} of them generated"
