"""A lesson that is too long, too terse or too dense is told so in one sentence."""

import pytest

from authoring.limits import EXERCISE, LESSON, WELCOME, limit_faults


def found(lesson, part, limits=LESSON):
    return [str(fault) for fault in limit_faults(lesson, limits) if part in str(fault)]


def lines(count):
    return "\n".join(f"a{number} = {number}\n" for number in range(count))


def test_too_few_cells(course, words):
    lesson = course.add_lesson("02_echo", words("Hello."))

    assert found(lesson, "cells of its own") == [
        "notebooks/02_echo.ipynb has 1 cells of its own; say more in smaller steps: a lesson has at least 25."
    ]


@pytest.mark.parametrize(("limits", "faults"), [(WELCOME, 0), (EXERCISE, 0), (LESSON, 1)])
def test_the_welcome_and_an_exercise_may_be_shorter(course, words, limits, faults):
    lesson = course.add_lesson("02_echo", *[words("Hello.") for _ in range(12)])

    assert len(found(lesson, "cells of its own", limits)) == faults


def test_too_few_words(course, words, code):
    lesson = course.add_lesson("02_echo", words("Five words are not enough."), code(lines(2)))

    assert found(lesson, "lines of code") == [
        "notebooks/02_echo.ipynb has 5 words for 2 lines of code; explain more or show less: "
        "the least is 8 words a line."
    ]


def test_generated_words_do_not_count(course, words, code):
    lesson = course.add_lesson("02_echo", words("many words " * 50, "navigation"), code("1"))

    assert "has 0 words for 1 lines of code" in found(lesson, "lines of code")[0]


def test_walls_of_words(course, words):
    lesson = course.add_lesson("02_echo", words("word " * 100))

    assert found(lesson, "on average") == [
        "notebooks/02_echo.ipynb has 100 words in a Markdown cell on average; "
        "split or shorten them: 20 to 60 read well."
    ]


def test_a_line_that_leaves_the_window(course, code):
    lesson = course.add_lesson("02_echo", code(f"x = '{'a' * 98}'"), code(f"x = '{'a' * 99}'"))

    assert found(lesson, "without scrolling") == [
        "notebooks/02_echo.ipynb, cell 2 has a line of 105 characters; break or shorten it: "
        f"104 can be read without scrolling: x = '{'a' * 35} …"
    ]


def test_three_code_cells_in_a_row(course, words, code):
    lesson = course.add_lesson("02_echo", words("Look."), code("1"), code("2"), code("3"))

    assert found(lesson, "in a row") == [
        "notebooks/02_echo.ipynb, cell 2 starts 3 code cells in a row; "
        "say something in between: the limit is 2."
    ]


def test_the_kernel_check_is_in_no_row(course, code):
    lesson = course.add_lesson("02_echo", code("0", "kernel-check"), code("1"), code("2"))

    assert found(lesson, "in a row") == []
