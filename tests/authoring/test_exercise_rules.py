"""An exercise that lacks a part, or has one too many, is told which, and what to write."""

import pytest

from authoring.course import Course
from authoring.exercise_rules import exercise_faults, gap_sizes


def found(course, exercise):
    return [str(fault) for fault in exercise_faults(exercise, course.root)]


def gap(lines):
    body = "\n".join(f"    a{number} = {number}\n" for number in range(lines))
    return f"def make_app():\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def test_a_whole_exercise_lacks_nothing(course):
    course.add_good_solution()
    Course.read(course.root).write()

    assert course.faults() == []


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("Hello", "does not start with the title; write: # Exercise 1 · Title."),
        ("# Exercise 2 · Shouting", "says exercise 2; write 1, as in the file's name."),
        ("# Exercise 1 · S", "promises nothing; below the title, write what happens as a **bold sentence**."),
        (
            "*20 minutes · medium.*",
            "does not say how long it takes, how hard it is and what it follows; write",
        ),
        (
            "*20 minutes · hard · after dinner.*",
            "names no lesson; write its number, such as: after lesson 8.",
        ),
    ],
)
def test_a_header_lacks_something(course, words, header, fault):
    exercise = course.add_solution("01_shout", words(header))

    assert any(one.startswith(f"solutions/01_shout.ipynb, cell 1 {fault}") for one in found(course, exercise))


@pytest.mark.parametrize(
    "fault",
    [
        "lacks a section; write: ## The contract.",
        "lacks a section; write: ## Usual mistakes, in a cell tagged solution-only.",
        'never calls check("shout"); give it a cell.',
        'never calls hint("shout"); give it a cell.',
        'never calls compare("shout"); give it a cell.',
        'never checks its other way; call check("shout", …) in a cell tagged solution-only.',
        "has 0 gaps; make it one to three, in cells tagged server.",
        "has no check; write websocket_lab/exercises/shout/check.py.",
        "has no bank of right and wrong answers; write tests/websocket_lab/exercises/test_shout.py.",
    ],
)
def test_a_part_is_missing(course, words, fault):
    assert f"solutions/01_shout.ipynb {fault}" in found(
        course, course.add_solution("01_shout", words("Hello"))
    )


def test_a_reason_in_a_cell_of_the_learner_does_not_count(course, words):
    exercise = course.add_solution("01_shout", words("## Usual mistakes"))

    assert any(
        "## Usual mistakes, in a cell tagged solution-only" in fault for fault in found(course, exercise)
    )


def test_a_client_exercise_may_say_so(course, words):
    exercise = course.add_solution("01_shout", words("## Your client"))

    assert not any("## Your server" in fault for fault in found(course, exercise))


@pytest.mark.parametrize("lines", [0, 9])
def test_a_gap_is_one_to_eight_lines(course, code, lines):
    exercise = course.add_solution("01_shout", code(gap(lines), "server"))

    assert (
        f"solutions/01_shout.ipynb, cell 1 has a gap of {lines} lines; make it one to eight, or two gaps."
    ) in found(course, exercise)


def test_more_than_three_gaps_are_too_many(course, code):
    exercise = course.add_solution("01_shout", code("\n".join([gap(1)] * 4), "server"))

    assert any("has 4 gaps" in fault for fault in found(course, exercise))


@pytest.mark.parametrize(
    ("source", "tags", "fault"),
    [
        (gap(1), [], "has a gap and is not tagged server; tag it"),
        (
            "if True:\n### BEGIN SOLUTION\n    a\n### END SOLUTION",
            ["server"],
            "does not compile with its gaps",
        ),
        (
            "### BEGIN SOLUTION\na = 1\n### END SOLUTION",
            ["server"],
            "has a gap and defines no function or class",
        ),
    ],
)
def test_a_gap_that_does_not_work(course, code, source, tags, fault):
    exercise = course.add_solution("01_shout", code(source, *tags))

    assert any(one.startswith(f"solutions/01_shout.ipynb, cell 1 {fault}") for one in found(course, exercise))


def test_the_last_cell_of_the_learner_stops_what_was_started(course, code):
    exercise = course.add_solution("01_shout", code("1"), code("finished.stop()", "solution-only"))

    assert any("cell 1 is the last code cell and stops nothing" in fault for fault in found(course, exercise))


def test_markers_and_empty_lines_are_no_code():
    assert gap_sizes(f"{gap(3)}\n{gap(1)}") == [3, 1]
