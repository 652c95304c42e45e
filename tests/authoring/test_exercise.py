"""Exercises are built from their solutions, with links, and a second time no different."""

import nbformat
import pytest

from authoring.course import Course
from authoring.exercise import Exercise, in_order
from authoring.navigation import EXERCISE_CONTENTS, FOR_LATER


@pytest.fixture
def built(course):
    """Write what is generated; return an exercise's and its solution's cells by name."""

    def build(name="01_shout"):
        Course.read(course.root).write()
        files = (course.root / folder / f"{name}.ipynb" for folder in ("exercises", "solutions"))
        return [nbformat.read(file, as_version=4).cells for file in files]

    return build


def sources(cells, *ids):
    return [cell.source for cell in cells if not ids or cell.id in ids]


def test_the_header_tells_everything(course):
    exercise = course.add_good_solution()

    assert exercise.name == "Exercise 1 · Shouting"
    assert exercise.title == "Shouting"
    assert (exercise.promise, exercise.minutes, exercise.difficulty, exercise.follows) == (
        "Ana shouts.",
        20,
        "easy",
        2,
    )


def test_the_exercise_has_stubs_and_no_reasons(course, built):
    course.add_good_solution()
    exercise, solution = built()

    assert "def make_app():\n    # Your code here\n    ..." in sources(exercise)
    assert not any("Usual mistakes" in source for source in sources(exercise))
    assert any("Usual mistakes" in source for source in sources(solution))


def test_a_rebuild_gives_no_difference(course, built):
    course.add_good_solution()
    built()

    assert Course.read(course.root).write() == []


def test_an_exercise_that_is_missing_or_broken_is_noticed(course, built):
    course.add_good_solution()
    built()
    path = course.root / "exercises" / "01_shout.ipynb"

    path.write_text("{")
    assert "exercises/01_shout.ipynb is not what solutions/01_shout.ipynb makes;" in course.faults()[0]
    path.unlink()
    assert course.faults()[0] == "exercises/01_shout.ipynb is missing; run `python -m authoring sync`."


def test_exercise_solution_and_lesson_link_each_other(course, built):
    course.add_good_lesson("02_echo", "Echo")
    course.add_good_solution()
    course.add_good_solution("02_whisper", "Whispering")
    exercise, solution = built()
    lesson = nbformat.read(course.path("02_echo"), as_version=4).cells

    assert sources(exercise, "navigation-end") == [
        f"---\n\n[Lesson 2 · Echo](../notebooks/02_echo.ipynb) | {EXERCISE_CONTENTS} | "
        f"{FOR_LATER} | [Its solution](../solutions/01_shout.ipynb) | "
        "[Exercise 2 · Whispering\N{NO-BREAK SPACE}→](02_whisper.ipynb)"
    ]
    assert sources(solution, "navigation-top")[0].startswith(
        "This is the solution. [Exercise 1 · Shouting](../exercises/01_shout.ipynb) | [Lesson 2 · Echo]"
    )
    assert (
        "**Now you:** [Exercise 1 · Shouting](../exercises/01_shout.ipynb) · "
        "[Exercise 2 · Whispering](../exercises/02_whisper.ipynb)\n\n"
    ) in sources(lesson, "navigation-end")[0]


def test_the_solution_is_not_one_click_away_before_the_exercise(course, built):
    course.add_good_solution()

    assert "solution" not in sources(built()[0], "navigation-top")[0]


def test_what_passes_in_a_solution_is_not_the_learners(course, built):
    course.add_good_solution()
    exercise, solution = built()

    assert "keep_in_this_kernel()" in sources(solution, "kernel-check")[0]
    assert "keep_in_this_kernel()" not in sources(exercise, "kernel-check")[0]


def test_a_lesson_that_is_not_there_yet_is_plain_text(course, built):
    course.add_good_solution()

    assert "after lesson 2.*" in built()[0][0].source


def test_it_becomes_a_link_as_soon_as_there_is_one(course, built):
    course.add_good_solution()
    course.add_good_lesson("02_echo", "Echo")
    exercise, solution = built()

    assert "after [2 · Echo](../notebooks/02_echo.ipynb).*" in exercise[0].source
    assert Exercise.read(course.solution_path("01_shout")).follows == 2


def test_links_show_a_lessons_new_title(course, built):
    course.add_good_solution()
    course.add_good_lesson("02_echo", "Echo")
    built()
    course.add_good_lesson("02_echo", "Echoes")

    assert "after [2 · Echoes](../notebooks/02_echo.ipynb).*" in built()[0][0].source


def test_a_lone_marker_is_named_and_nothing_is_built(course, built, code):
    course.add_solution("01_shout", code("### BEGIN SOLUTION", "server"))
    course_read = Course.read(course.root)
    course_read.write()

    assert not (course.root / "exercises").exists()
    assert (
        "solutions/01_shout.ipynb cannot become an exercise; "
        "fix its markers: cell 1, line 1: ### BEGIN SOLUTION has no" in str(course_read.faults[0])
    )


def test_notebooks_that_belong_to_nothing_are_named(course):
    for name in ("exercises/02_old.ipynb", "solutions/Untitled.ipynb"):
        (course.root / name).parent.mkdir()
        (course.root / name).write_text("{}")

    assert course.faults()[:2] == [
        "solutions/Untitled.ipynb is no solution by its name; call it NN_topic.ipynb.",
        "exercises/02_old.ipynb has no solution; write solutions/02_old.ipynb, or delete it.",
    ]


def test_a_learners_notebook_keeps_its_old_number(course, built, monkeypatch):
    course.add_good_solution("02_shout")
    built("02_shout")
    (course.root / "exercises" / "05_shout.ipynb").write_text("{}")
    stray = "exercises/05_shout.ipynb has no solution; write solutions/05_shout.ipynb, or delete it."

    monkeypatch.setenv("CI", "true")
    assert stray in course.faults()
    monkeypatch.delenv("CI")
    assert stray not in course.faults()


def test_an_exercise_comes_after_its_lesson_and_before_the_next(course):
    lessons = [course.add_good_lesson("02_echo", "Echo"), course.add_good_lesson("03_rooms", "Rooms")]
    exercises = [course.add_good_solution("02_whisper"), course.add_good_solution("01_shout")]

    assert [page.slug for page in in_order([*exercises, *lessons])] == ["echo", "shout", "whisper", "rooms"]


def test_exercises_are_numbered_in_the_order_of_their_lessons(course):
    course.add_good_solution("01_shout")
    path = course.solution_path("01_shout")
    path.write_text(path.read_text().replace("after lesson 2", "after lesson 8"))
    course.add_good_solution("02_whisper")

    assert (
        "solutions/02_whisper.ipynb follows lesson 2, and 01_shout.ipynb lesson 8; "
        "number exercises in the order of their lessons."
    ) in course.faults()


@pytest.fixture
def worked_on(course, built):
    """The path of an exercise whose gaps a learner has filled, with what its cells showed."""
    course.add_good_lesson("02_echo", "Echo")
    course.add_good_solution()
    for page, text in Course.read(course.root).texts.items():
        page.parent.mkdir(exist_ok=True)
        page.write_text(text)
    path = course.root / "exercises" / "01_shout.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.source = cell.source.replace("...", "return 1")
    nbformat.write(notebook, path)
    return path


def test_a_learner_may_fill_the_gaps(course, worked_on, monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    assert [fault for fault in course.faults() if fault.startswith("exercises/")] == []


def test_what_is_published_has_its_gaps_empty(course, worked_on, monkeypatch):
    monkeypatch.setenv("CI", "true")

    assert (
        "exercises/01_shout.ipynb is not what solutions/01_shout.ipynb makes; "
        "change what you want to change there, then run `python -m authoring sync`." in course.faults()
    )


def test_other_text_than_the_learner_s_is_told(course, worked_on, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    worked_on.write_text(worked_on.read_text().replace("Ana shouts", "Ben shouts"))

    assert (
        "exercises/01_shout.ipynb is not what solutions/01_shout.ipynb makes; "
        "change what you want to change there, then run `python -m authoring sync`." in course.faults()
    )
