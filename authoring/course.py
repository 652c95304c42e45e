"""The whole course: what every file should hold, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from authoring.drift import drift
from authoring.faults import Fault
from authoring.lesson import Lesson, lesson_paths, misnamed
from authoring.limits import limit_faults
from authoring.links import link_faults
from authoring.navigation import furnish, refresh_titles
from authoring.notebook_format import as_text, normalise, parse
from authoring.prose import Prose
from authoring.readme import missing_markers, with_table
from authoring.shape import shape_faults
from authoring.snippets import fill, hand_written_servers
from authoring.wording import text_faults, wording_faults


@dataclass
class Course:
    """The course in `root`, brought up to date in memory; the files are as they were."""

    root: Path
    lessons: list[Lesson] = field(default_factory=list)
    texts: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path) -> "Course":
        """Return the course as it should be."""
        course = cls(root)
        course._read_lessons()
        course._refresh_lessons()
        course._refresh_exercises()
        course._refresh_readme()
        return course

    def write(self) -> list[Path]:
        """Write the files that differ; return them."""
        changed = [path for path, text in self.texts.items() if _read(path) != text]
        for path in changed:
            path.write_text(self.texts[path], encoding="utf-8", newline="\n")
        return changed

    def all_faults(self) -> list[Fault]:
        """Return everything that is wrong, file by file."""
        drifted = [drift(self._name(path), _read(path), text) for path, text in self.texts.items()]
        judged = [self._judge(lesson) for lesson in self.lessons]
        return [*self.faults, *chain(*drifted), *chain(*judged), *self._judge_readme()]

    def _read_lessons(self) -> None:
        for path in misnamed(self.root):
            self.faults.append(Fault(self._name(path), "is no lesson by its name; call it NN_slug.ipynb."))
        for path in lesson_paths(self.root):
            try:
                self.lessons.append(Lesson.read(path))
            except ValueError as error:
                self.faults.append(_unreadable(self._name(path), error))

    def _refresh_lessons(self) -> None:
        names = {lesson.path.name: lesson.name for lesson in self.lessons}
        neighbours = zip([None, *self.lessons], self.lessons, [*self.lessons[1:], None], strict=False)
        for previous, lesson, following in neighbours:
            normalise(lesson.notebook)
            furnish(lesson, previous, following)
            refresh_titles(lesson, names)
            self.faults += fill(lesson, self.root)
            self.texts[lesson.path] = as_text(lesson.notebook)

    def _refresh_exercises(self) -> None:
        for path in sorted(
            chain(*(self.root.glob(f"{name}/*.ipynb") for name in ("exercises", "solutions")))
        ):
            try:
                notebook = parse(_read(path))
            except ValueError as error:
                self.faults.append(_unreadable(self._name(path), error))
            else:
                normalise(notebook)
                self.texts[path] = as_text(notebook)

    def _refresh_readme(self) -> None:
        path = self.root / "README.md"
        self.faults += missing_markers(_read(path))
        self.texts[path] = with_table(_read(path), self.lessons, self.root)

    def _judge(self, lesson: Lesson) -> Iterator[Fault]:
        yield from hand_written_servers(lesson, self.root)
        yield from shape_faults(lesson, self.root)
        yield from limit_faults(lesson)
        yield from wording_faults(lesson)
        for cell in lesson.markdown:
            place = f"{lesson.place}, cell {cell.number}"
            yield from link_faults(place, Prose(cell.source), lesson.path, self.root)

    def _judge_readme(self) -> Iterator[Fault]:
        path = self.root / "README.md"
        prose = Prose(self.texts[path])
        yield from text_faults("README.md", prose)
        yield from link_faults("README.md", prose, path, self.root)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _unreadable(name: str, error: ValueError) -> Fault:
    return Fault(name, f"is not a notebook ({error}); mend it or take it from an earlier commit.")
