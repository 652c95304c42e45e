"""The whole course: what every file should hold, and what is wrong with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TypeVar

from authoring.diagrams import dress_diagrams
from authoring.drift import drift
from authoring.exercise import Exercise, link_lesson, out_of_order, solution_paths, strays
from authoring.exercise_rules import exercise_faults
from authoring.faults import Fault
from authoring.glossary import PAGE, SOURCE, Glossary
from authoring.guides import Guides
from authoring.lesson import Lesson, lesson_paths, misnamed, same_number
from authoring.lesson_rules import lesson_faults, wide_lines
from authoring.minutes import write_minutes
from authoring.navigation import exercise_links, furnish, furnish_exercise, furnish_solution, refresh_titles
from authoring.notebook_format import as_text, normalise
from authoring.predictions import feedback_faults
from authoring.prose import Prose
from authoring.prose_rules import habits, link_faults, text_faults, wording_faults
from authoring.readme import missing_markers, with_table, with_website
from authoring.server_requirements import server_requirements
from authoring.snippets import fill, hand_written_servers, step_faults, syntax_faults
from authoring.your_turns import fill_your_turns, your_turn_faults


Page = TypeVar("Page", bound=Lesson)


@dataclass
class Course:
    """The course in `root`, brought up to date in memory; the files are as they were."""

    root: Path
    lessons: list[Lesson] = field(default_factory=list)
    exercises: list[Exercise] = field(default_factory=list)
    texts: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path) -> "Course":
        """Return the course as it should be."""
        course = cls(root)
        course._read_lessons()
        course._read_exercises()
        course._refresh_lessons()
        course._refresh_exercises()
        course._refresh_readme()
        course._refresh_glossary()
        course.texts |= Guides(root, course.lessons, course.exercises).texts()
        course.texts |= server_requirements(root)
        return course

    def write(self) -> list[Path]:
        """Write the files that differ; return them."""
        changed = [path for path, text in self.texts.items() if _read(path) != text]
        for path in changed:
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.texts[path], encoding="utf-8", newline="\n")
        return changed

    def all_faults(self) -> list[Fault]:
        """Return everything that is wrong, file by file."""
        drifted = [drift(self._name(path), _read(path), text) for path, text in self.texts.items()]
        judged = [self._judge(lesson) for lesson in self.lessons]
        judged += [self._judge_exercise(exercise) for exercise in self.exercises]
        pages = [self._judge_page(path) for path in self.texts if path.suffix == ".md"]
        return [*self.faults, *self._numbers(), *chain(*drifted), *chain(*judged), *chain(*pages)]

    def warnings(self) -> list[Fault]:
        """Return what reads like a translation, page by page; it need not be wrong."""
        cells = [
            (f"{page.place}, cell {cell.number}", cell.source)
            for page in [*self.lessons, *self.exercises]
            for cell in page.markdown
        ]
        return [warning for place, source in cells for warning in habits(place, Prose(source))]

    def _numbers(self) -> Iterator[Fault]:
        for page, other in chain(same_number(self.lessons), same_number(self.exercises)):
            yield Fault(page.place, f"has the number of {other.path.name}; give it one that is free.")
        for exercise, before in out_of_order(self.exercises):
            yield Fault(
                exercise.place,
                f"follows lesson {exercise.follows}, and {before.path.name} lesson {before.follows}; "
                "number exercises in the order of their lessons.",
            )

    def _read_lessons(self) -> None:
        for path in misnamed(self.root):
            self.faults.append(Fault(self._name(path), "is no lesson by its name; call it NN_topic.ipynb."))
        self.lessons = list(self._readable(Lesson, lesson_paths(self.root)))

    def _read_exercises(self) -> None:
        self.faults += [Fault(self._name(path), problem) for path, problem in strays(self.root).items()]
        self.exercises = list(self._readable(Exercise, solution_paths(self.root)))

    def _readable(self, kind: type[Page], paths: Iterable[Path]) -> Iterator[Page]:
        for path in paths:
            try:
                yield kind.read(path)
            except ValueError as error:
                self.faults.append(_unreadable(self._name(path), error))

    def _refresh_lessons(self) -> None:
        names = {lesson.path.name: lesson.name for lesson in self.lessons}
        neighbours = zip([None, *self.lessons], self.lessons, [*self.lessons[1:], None], strict=False)
        for previous, lesson, following in neighbours:
            normalise(lesson.notebook)
            self.faults += fill(lesson, self.root)
            self.faults += fill_your_turns(lesson, self.root)
            write_minutes(lesson)
            furnish(lesson, previous, following, exercise_links(lesson, self.exercises))
            refresh_titles(lesson, names)
            dress_diagrams(lesson)
            self.texts[lesson.path] = as_text(lesson.notebook)

    def _refresh_exercises(self) -> None:
        titles = {lesson.path.name: lesson.name for lesson in self.lessons}
        numbers = {lesson.number: (lesson.name, lesson.path.name) for lesson in self.lessons}
        for exercise in self.exercises:
            normalise(exercise.notebook)
            write_minutes(exercise)
            link_lesson(exercise, numbers)
            furnish_solution(exercise, self.lessons)
            refresh_titles(exercise, titles)
            self.texts[exercise.path] = as_text(exercise.notebook)
            self._build(exercise)

    def _build(self, exercise: Exercise) -> None:
        try:
            notebook = exercise.learners()
        except ValueError as error:
            self.faults.append(Fault(exercise.place, f"cannot become an exercise; fix its markers: {error}"))
        else:
            furnish_exercise(notebook, exercise, self.exercises, self.lessons)
            self.texts[self.root / "exercises" / exercise.path.name] = as_text(notebook)

    def _refresh_readme(self) -> None:
        path = self.root / "README.md"
        self.faults += missing_markers(_read(path))
        readme = with_website(_read(path), self.root)
        self.texts[path] = with_table(readme, self.lessons, self.exercises, self.root)

    def _refresh_glossary(self) -> None:
        if not (self.root / SOURCE).exists():
            return
        try:
            glossary = Glossary.read(self.root, self.lessons)
        except (ValueError, KeyError) as error:
            self.faults.append(Fault(SOURCE, f"cannot be read ({error}); fix it as TOML."))
        else:
            self.texts[self.root / PAGE] = glossary.page
            self.faults += glossary.faults()

    def _judge(self, lesson: Lesson) -> Iterator[Fault]:
        yield from hand_written_servers(lesson, self.root)
        yield from step_faults(lesson, self.root)
        yield from syntax_faults(lesson)
        yield from lesson_faults(lesson, self.root)
        yield from feedback_faults(lesson, self.root)
        yield from your_turn_faults(lesson, self.root)
        yield from self._judge_words(lesson)

    def _judge_exercise(self, exercise: Exercise) -> Iterator[Fault]:
        yield from exercise_faults(exercise, self.root)
        yield from syntax_faults(exercise)
        yield from wide_lines(exercise)
        yield from self._judge_words(exercise)

    def _judge_words(self, lesson: Lesson) -> Iterator[Fault]:
        yield from wording_faults(lesson)
        for cell in lesson.markdown:
            place = f"{lesson.place}, cell {cell.number}"
            yield from link_faults(place, Prose(cell.source), lesson.path, self.root)

    def _judge_page(self, path: Path) -> Iterator[Fault]:
        prose = Prose(self.texts[path])
        yield from text_faults(self._name(path), prose)
        yield from link_faults(self._name(path), prose, path, self.root)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _unreadable(name: str, error: ValueError) -> Fault:
    return Fault(name, f"is not a notebook ({error}); fix it or take it from an earlier commit.")
