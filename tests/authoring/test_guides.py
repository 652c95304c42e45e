"""The plans for teachers have the lessons' own minutes, and the map names every package."""

from pathlib import Path

from authoring.course import Course
from authoring.guides import CONTRIBUTING, PLANS, TEACHING


ROOT = Path(__file__).resolve().parents[2]


def test_a_plan_adds_up_the_minutes_of_what_is_there(course):
    course.add_good_lesson("00_hello", "Hello")
    course.add_good_lesson("02_echo", "Echo")
    guide = course.root / TEACHING
    guide.parent.mkdir(parents=True)
    guide.write_text("<!-- one-day:start -->\n<!-- one-day:end -->")

    page = Course.read(course.root).texts[guide]

    assert (
        "[0 · Hello](../../notebooks/00_hello.ipynb) (5)<br>"
        "[2 · Echo](../../notebooks/02_echo.ipynb) (5) | 10 |" in page
    )
    assert "| **All** | | **10** |" in page


def test_four_weeks_have_every_lesson_and_every_exercise_once():
    course, blocks = Course.read(ROOT), PLANS["four-weeks"]

    lessons = [number for block in blocks for number in block.lessons]
    exercises = [number for block in blocks for number in block.exercises]

    assert len(set(lessons)) == len(lessons)
    assert len(set(exercises)) == len(exercises)
    assert {lesson.number for lesson in course.lessons} <= set(lessons)
    assert {exercise.number for exercise in course.exercises} <= set(exercises)


def test_every_package_is_on_the_map():
    page = (ROOT / CONTRIBUTING).read_text(encoding="utf-8")
    names = [path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("[a-z]*/**/__init__.py")]
    packages = [
        name for name in names if "/." not in name and not name.startswith("websocket_lab/exercises/")
    ]

    assert len(packages) > 10
    assert [name for name in packages if f"| `{name}/` | " not in page] == []


def test_an_environment_inside_a_folder_is_not_on_the_map(course):
    guide = course.root / CONTRIBUTING
    guide.write_text("<!-- map:start -->\n<!-- map:end -->")
    for folder in ("benchmarks", "benchmarks/.venv/lib/redis"):
        package = course.root / folder / "__init__.py"
        package.parent.mkdir(parents=True)
        package.write_text('"""A package."""')

    page = Course.read(course.root).texts[guide]

    assert "| `benchmarks/` | A package. |" in page
    assert ".venv" not in page
