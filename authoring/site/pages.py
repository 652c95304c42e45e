"""The pages of the site: the course's notebooks and Markdown, with links that lead from page to page."""

import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import nbformat
from nbformat import NotebookNode

from authoring.exercise import Exercise, in_order, solution_paths
from authoring.lesson import Lesson, lesson_paths
from authoring.notebook_format import parse
from authoring.site.diagrams import FOLDER, with_pictures


# What has a page of its own beside the notebooks.
TEXTS = (
    *("README.md", "GLOSSARY.md", "INSTRUMENTS.md", "CONTRIBUTING.md"),
    *("docs/**/*.md", "server_snippets/**/*.md", "benchmarks/*.md"),
)
# These are for teachers and authors.
TEACHERS = ("docs/teaching", "CONTRIBUTING", "benchmarks")
# The course's first page, and what it is called on the site.
README, HOME = "README.md", "index.md"
# The diagrams' own begin with a slash.
LINK = re.compile(r"(?<=\]\()([^)\s:#/][^)\s:#]*)(#[^)\s]*)?(?=\))")
LANGUAGES = {".py": "python", ".toml": "toml", ".conf": "nginx"}
PICTURES = {".png", ".gif", ".svg"}
# What a notebook says about JupyterLab's window, and the rows of links that the site draws itself.
DROPPED = "kernel-check"
ROW_OF_LINKS = re.compile(r"^\[[^\]]+\]\([^)]+\)(?: \| \[[^\]]+\]\([^)]+\))+$\n?", re.MULTILINE)
# README.md leads to the site; on the site, that is where you are.
ELSEWHERE = re.compile(r"There are two ways in:\n+<!-- site:start -->.*?(?=## )", re.DOTALL)
# The cards of progress() and hints link to notebooks, too.
NOTEBOOK_LINK = re.compile(r'(href="[^":]+)\.ipynb(?=["#])')
REVEALED = "You made no prediction. "
RUN_IT = (
    '<p class="site-note">You read this {kind} as it ran from top to bottom. '
    '<a href="../index.html#start">Install the course</a> to run it, change it and type into its panels.</p>'
)
CONTENTS = """

```{{toctree}}
:hidden:
:caption: {caption}

{pages}
```
"""


@dataclass
class Pages:
    """The site's sources, written into a folder for Sphinx.

    Args:
        root: The course.
        folder: Where they are written.
        cache: Where drawn diagrams are kept.
        executed: The notebooks with what their cells show; the others are shown without.
    """

    root: Path
    folder: Path
    cache: Path
    executed: Mapping[Path, NotebookNode]
    listings: set[str] = field(default_factory=set)

    def write(self) -> None:
        """Write all pages, and last a listing of each file of code that one of them links to."""
        for path in self._notebooks():
            self._write_notebook(path)
        for path in self._texts():
            text = ELSEWHERE.sub("", path.read_text(encoding="utf-8"))
            name = self._name(path)
            self._write(HOME if name == README else name, self._linked(text, name))
        home = self.folder / HOME
        home.write_text(home.read_text(encoding="utf-8") + self._contents(), encoding="utf-8")
        for name in sorted(self.listings):
            self._write_listing(name)

    def _notebooks(self) -> Iterator[Path]:
        yield from lesson_paths(self.root)
        for path in solution_paths(self.root):
            yield from (path, self.root / "exercises" / path.name)

    def _texts(self) -> Iterator[Path]:
        for pattern in TEXTS:
            yield from sorted(self.root.glob(pattern))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _write_notebook(self, path: Path) -> None:
        name = self._name(path)
        notebook = self.executed.get(path) or _read(path)
        if name.startswith("exercises/"):
            solution = self.executed.get(self.root / "solutions" / path.name)
            notebook.cells = list(with_solutions(notebook, solution, path, self.root))
        elif name.startswith("notebooks/"):
            notebook.cells = list(with_answers(notebook, self.root))
        notebook.cells = [cell for cell in notebook.cells if DROPPED not in cell.metadata.get("tags", [])]
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                text = with_pictures(ROW_OF_LINKS.sub("", cell.source), self.folder / FOLDER, self.cache)
                cell.source = self._linked(text, name)
            else:
                _adapt_outputs(cell)
        notebook.cells = [cell for cell in notebook.cells if cell.source.strip("-\n ")]
        kind = {"notebooks": "lesson", "exercises": "exercise", "solutions": "solution"}[path.parent.name]
        if path.name in {each.name for each in self.executed}:
            notebook.cells.insert(1, _markdown(RUN_IT.format(kind=kind)))
        source: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        # The place of this copy of the course is of no use to a reader.
        self._write(name, source.replace(f"{self.root}/", ""))

    def _linked(self, text: str, name: str) -> str:
        return LINK.sub(lambda link: self._target(link[1], link[2] or "", name), text)

    def _target(self, link: str, anchor: str, name: str) -> str:
        here = PurePosixPath(name).parent
        target = posixpath.normpath(str(here / unquote(link)))
        path = self.root / target
        if target == README:
            return link.removesuffix(README) + HOME + _slug(anchor)
        if path.is_dir():
            pages = [page for page in ("README.md", "__init__.py") if (path / page).exists()]
            if pages:
                return self._target(posixpath.join(link, pages[0]), anchor, name)
            self.listings.add(target)
            self.listings.update(self._name(file) for file in path.iterdir() if file.is_file())
            return f"{link.rstrip('/')}.md"
        if path.suffix in PICTURES:
            self._copy(target)
        elif path.is_file() and path not in {*self._notebooks(), *self._texts()}:
            self.listings.add(target)
            return f"{link}.md"
        return link + _slug(anchor)

    def _copy(self, name: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.root / name, self.folder / name)

    def _write_listing(self, name: str) -> None:
        file = PurePosixPath(name)
        if (self.root / name).is_dir():
            inside = sorted(path.name for path in map(PurePosixPath, self.listings) if path.parent == file)
            links = "\n".join(f"- [{each}]({file.name}/{each}.md)" for each in inside)
            self._write(f"{name}.md", f"---\norphan: true\n---\n# {file.name}\n\n{links}\n")
            return
        self._copy(name)
        language = LANGUAGES.get(file.suffix, "text")
        listing = f"```{{literalinclude}} {file.name}\n:language: {language}\n```"
        self._write(f"{name}.md", f"---\norphan: true\n---\n# {file.name}\n\n`{name}`\n\n{listing}\n")

    def _contents(self) -> str:
        lessons = [Lesson.read(path) for path in lesson_paths(self.root)]
        exercises = [Exercise.read(path) for path in solution_paths(self.root)]
        folders = {Exercise: "exercises", Lesson: "notebooks"}
        course = [f"{folders[type(page)]}/{page.path.name}" for page in in_order([*lessons, *exercises])]
        solutions = [f"solutions/{exercise.path.name}" for exercise in exercises]
        texts = [name for path in self._texts() if (name := self._name(path)) != README]
        parts = {
            "The course": course,
            "To look things up": [name for name in texts if not name.startswith(TEACHERS)],
            "For teachers and authors": [name for name in texts if name.startswith(TEACHERS)],
            "Solutions": solutions,
        }
        lists = (CONTENTS.format(caption=caption, pages="\n".join(names)) for caption, names in parts.items())
        return "".join(lists)


def with_answers(notebook: NotebookNode, root: Path) -> Iterator[NotebookNode]:
    """Yield the cells of a lesson, each gap of a “Your turn” with a solution that can be unfolded."""
    for cell in notebook.cells:
        yield cell
        for tag in cell.metadata.get("tags", []):
            if tag.startswith("your-turn:"):
                (file,) = (root / "solutions" / "your_turns").glob(f"*_{tag.partition(':')[2]}.py")
                yield _fold(file.read_text(encoding="utf-8").partition("# %% your turn\n")[2])


def with_solutions(
    exercise: NotebookNode, solution: NotebookNode | None, path: Path, root: Path
) -> Iterator[NotebookNode]:
    """Yield the cells of an exercise: with what the solution shows, and each gap with its solution folded."""
    solved = solution or _read(root / "solutions" / path.name)
    same = {cell.source: cell for cell in solved.cells if cell.cell_type == "code"}
    gaps = iter([cell.source for cell in solved.cells if "### BEGIN SOLUTION" in cell.source])
    for cell in exercise.cells:
        if cell.cell_type == "code" and cell.source in same:
            cell.outputs = same[cell.source].outputs
        yield cell
        if cell.cell_type == "code" and "# Your code here" in cell.source:
            yield _fold(
                re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", next(gaps)),
                f"[The whole solution](../solutions/{path.name}) says why it is written so.\n\n",
            )


def _fold(code: str, more: str = "") -> NotebookNode:
    listing = f"```python\n{code.strip()}\n```\n\n{more}"
    return _markdown(f"<details><summary>Show a solution</summary>\n\n{listing}</details>")


def _markdown(text: str) -> NotebookNode:
    cell: NotebookNode = nbformat.v4.new_markdown_cell(text)  # type: ignore[no-untyped-call]
    return cell


def _read(path: Path) -> NotebookNode:
    return parse(path.read_text(encoding="utf-8"))


def _adapt_outputs(cell: NotebookNode) -> None:
    for output in cell.outputs:
        data = output.get("data", {})
        if "text/html" in data:
            data["text/html"] = NOTEBOOK_LINK.sub(r"\1.html", data["text/html"])
        elif data.get("text/plain", "").startswith(REVEALED):
            output.data = {"text/html": _folded_answer(data["text/plain"].removeprefix(REVEALED))}


def _folded_answer(words: str) -> str:
    said = escape(words).replace("\n", "<br>")
    summary = "<summary>Compare with what happened</summary>"
    return f'<details class="site-answer">{summary}<p>{said}</p></details>'


def _slug(anchor: str) -> str:
    """Return a heading's anchor as the site has it: GitHub's, not JupyterLab's."""
    return re.sub(r"[^\w\-# ]", "", unquote(anchor).lower())
