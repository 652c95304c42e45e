"""The README's table is written from the lessons and exercises."""

from authoring.course import Course
from authoring.readme import with_table, with_website


README = "before\n<!-- lessons:start -->\nold\n<!-- lessons:end -->\nafter\n"


def test_a_lesson_is_a_row(course):
    course.add_step("step_02_echo")
    lesson = course.add_good_lesson("02_echo", "Your first endpoint")

    assert (
        "| 2 | [Your first endpoint](notebooks/02_echo.ipynb) | Ana sends and Ben receives it. | 20 "
        "| [step_02_echo.py](server_snippets/step_02_echo.py) |\n"
    ) in with_table(README, [lesson], [], course.root)


def test_the_rest_stays(course):
    text = with_table(README, [], [], course.root)

    assert text.startswith("before\n<!-- lessons:start -->\n|")
    assert text.endswith("|\n<!-- lessons:end -->\nafter\n")
    assert "old" not in text


def test_the_lessons_own_step_stands_for_all(course):
    for name in ("step_04_naive", "step_04_manager"):
        course.add_step(name)
    lesson = course.add_good_lesson("04_naive", "Naive")

    row = with_table(README, [lesson], [], course.root)

    assert "step_04_naive.py" in row and "step_04_manager.py" not in row


def test_the_last_row_adds_the_minutes_up(course):
    lessons = [course.add_good_lesson("02_echo", "Echo"), course.add_good_lesson("12_testing", "Testing")]

    table = with_table(README, lessons, [], course.root)
    assert "All lessons | About 1 hour. | 40 |" in table


def test_the_last_lesson_shows_main(course):
    course.add_step("main")
    lesson = course.add_good_lesson("15_the_whole_server", "The whole server")

    assert "[main.py](server_snippets/main.py)" in with_table(README, [lesson], [], course.root)


def test_a_lesson_without_a_server_has_a_dash(course):
    assert "| 20 | – |" in with_table(
        README, [course.add_good_lesson("12_testing", "Testing")], [], course.root
    )


def test_a_readme_without_markers_is_a_fault(course):
    (course.root / "README.md").write_text("# Course\n")

    assert [str(fault) for fault in Course.read(course.root).faults] == [
        "README.md has no place for the table of lessons; "
        "write <!-- lessons:start --> and <!-- lessons:end --> on two lines.",
    ]


def test_an_exercise_is_a_row_below_its_lesson(course):
    lessons = [course.add_good_lesson("02_echo", "Echo"), course.add_good_lesson("03_rooms", "Rooms")]

    rows = with_table(README, lessons, [course.add_good_solution()], course.root).splitlines()

    assert rows[5] == "|  | Exercise 1 · [Shouting](exercises/01_shout.ipynb), easy | Ana shouts. | 20 |  |"
    assert rows[4].startswith("| 2 | [Echo]") and rows[6].startswith("| 3 | [Rooms]")


def test_exercises_have_a_sum_of_their_own(course):
    table = with_table(README, [], [course.add_good_solution()], course.root)

    assert "| All exercises | About 1 hour. | 20 |" in table


def test_the_website_is_linked_once_it_is_published(course):
    text = "<!-- site:start -->\n<!-- site:end -->\n"

    assert "python -m authoring site" in with_website(text, course.root)
    (course.root / "pyproject.toml").write_text('[project.urls]\nWebsite = "https://example.org/course/"\n')
    assert "(https://example.org/course/)" in with_website(text, course.root)
