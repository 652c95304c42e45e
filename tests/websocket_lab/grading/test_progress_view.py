"""Progress is shown at a glance, in words as well as in colour."""

import subprocess
import sys

import nbformat
import pytest

from websocket_lab.grading.progress_file import record_try, record_visit
from websocket_lab.grading.progress_view import progress


@pytest.fixture(autouse=True)
def lessons(course):
    (course / "notebooks").mkdir()
    for name, title in (("00_start_here", "# 0 · Start here"), ("02_echo", "# 2 · First <endpoint>")):
        cell = nbformat.v4.new_markdown_cell(f"{title}\n**Promise.**")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), course / "notebooks" / f"{name}.ipynb")
    (course / "solutions" / "your_turns").mkdir()
    (course / "solutions" / "your_turns" / "02_capitals.py").touch()


def test_a_new_learner_has_everything_ahead():
    assert repr(progress()).splitlines() == [
        "Lessons visited: 0 of 2. Your turns passed: 0 of 1. Exercises passed: 0 of 1.",
        "  · 0 · Start here (not yet)",
        "  · 2 · First <endpoint> (not yet)",
        "    · Your turn: answer in capitals (not begun)",
        "    · Exercise 1 · Shouting (not begun)",
    ]


def test_what_was_done_has_a_tick():
    record_visit("02_echo")
    record_try("shouting", "failed", "speaks", "a = 1")
    record_try("shouting", "passed", "", "a = 2")

    assert "  ✓ 2 · First <endpoint> (visited)" in repr(progress())
    assert "    ✓ Exercise 1 · Shouting (passed, 2 tries)" in repr(progress())


def test_an_exercise_may_be_under_way():
    record_try("shouting", "failed", "speaks", "a = 1")

    assert "    · Exercise 1 · Shouting (1 try)" in repr(progress())


def test_the_page_says_the_same_and_links():
    record_visit("00_start_here")
    html = progress()._repr_html_()

    assert (
        "<caption>Lessons visited: 1 of 2. Your turns passed: 0 of 1. Exercises passed: 0 of 1.</caption>"
        in html
    )
    assert '<th scope="row"><a href="../notebooks/00_start_here.ipynb">0 · Start here</a></th>' in html
    assert '<td class="wsl-done">✓ visited</td>' in html
    assert "First &lt;endpoint&gt;" in html


def test_the_learners_own_copy_is_linked_where_there_is_one(course):
    assert "../solutions/01_shouting.ipynb" in progress()._repr_html_()
    (course / "exercises").mkdir()
    (course / "exercises" / "01_shouting.ipynb").write_text("broken by hand")

    assert '<a href="../exercises/01_shouting.ipynb">Exercise 1 · Shouting</a>' in progress()._repr_html_()


def test_an_exercise_stands_below_the_lesson_that_it_follows(course):
    path = course / "solutions" / "01_shouting.ipynb"
    solution = nbformat.read(path, as_version=4)
    lesson = "[0 · Start here](../notebooks/00_start_here.ipynb)"
    solution.cells[0].source += f"\n*20 minutes · easy · after {lesson}.*"
    nbformat.write(solution, path)

    titles = [line.strip(" ·").partition(" (")[0] for line in repr(progress()).splitlines()[1:]]
    yours = "Your turn: answer in capitals"
    assert titles == ["0 · Start here", "Exercise 1 · Shouting", "2 · First <endpoint>", yours]


def test_a_your_turn_stands_below_its_lesson_and_leads_to_it():
    record_try("capitals", "passed", "", "a = 1")

    assert "    ✓ Your turn: answer in capitals (passed, 1 try)" in repr(progress())
    link = '<a href="../notebooks/02_echo.ipynb">Your turn: answer in capitals</a>'
    assert f'<th scope="row" class="wsl-exercise">{link}</th>' in progress()._repr_html_()


def test_a_lesson_that_the_learner_has_broken_has_a_name(course):
    (course / "notebooks" / "02_echo.ipynb").write_text("broken by hand")

    assert "· 02 echo (not yet)" in repr(progress())


def test_without_the_course_there_is_nothing_to_show(course):
    for path in [*course.rglob("*.ipynb"), *course.rglob("*.py")]:
        path.unlink()

    assert repr(progress()) == "Lessons visited: 0 of 0. Your turns passed: 0 of 0. Exercises passed: 0 of 0."


def test_nobody_waits_for_a_package_that_takes_seconds_to_import():
    script = "import sys; from websocket_lab import progress; progress(); print('nbformat' in sys.modules)"
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert answer.stdout == "False\n"
