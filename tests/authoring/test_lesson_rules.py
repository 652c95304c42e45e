"""A lesson that lacks a part is told which one, and what to write."""

import pytest

from authoring.lesson_rules import lesson_faults, wide_lines


def found(course, lesson):
    return [str(fault).removeprefix("notebooks/") for fault in lesson_faults(lesson, course.root)]


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("Hello", "does not start with the title; write: # 2 · Title."),
        ("# 3 · Echo", "says lesson 3; write 2, as in the file's name."),
        ("# 2 · Echo", "promises nothing; below the title, write what happens as a **bold sentence**."),
        ("# 2 · Echo", "names no three abilities; write: You will be able to: one · two · three."),
        ("# 2 · Echo", "says no time; write a line of its own such as: *20 minutes.*"),
    ],
)
def test_a_header_lacks_something(course, words, header, fault):
    assert f"02_echo.ipynb, cell 1 {fault}" in found(course, course.add_lesson("02_echo", words(header)))


@pytest.mark.parametrize(
    "fault",
    [
        "has no diagram; draw one as a ```mermaid block in a Markdown cell.",
        "has no recap; end it with a cell that starts with ## Recap.",
        "lets nobody predict anything; put a Prediction(…) before a run.",
        "has no code; show something happening.",
        "does not say how its server runs by itself; write: uvicorn server_snippets.step_02_echo:app.",
    ],
)
def test_a_part_is_missing(course, words, fault):
    course.add_step("step_02_echo")

    assert f"02_echo.ipynb {fault}" in found(course, course.add_lesson("02_echo", words("# 2 · Echo")))


def test_a_line_for_a_terminal_does_not_say_which(course, words):
    course.add_step("step_02_echo")
    lesson = course.add_lesson("02_echo", words("uvicorn server_snippets.step_02_echo:app"))

    assert (
        "02_echo.ipynb, cell 1 does not say in which terminal to type; "
        "write: in JupyterLab's terminal (**File ▸ New ▸ Terminal**)."
    ) in found(course, lesson)


def test_a_prediction_is_never_answered(course, code):
    lesson = course.add_lesson("02_echo", code('Prediction("?", [])'))

    assert (
        "02_echo.ipynb has Prediction(…) 1 × and .reveal(…) 0 ×; answer each prediction after its run."
        in found(course, lesson)
    )


def test_the_last_code_cell_stops_nothing(course, code):
    lesson = course.add_lesson("02_echo", code("server.stop()"), code("1"))

    assert (
        "02_echo.ipynb, cell 2 is the last code cell and stops nothing; "
        "stop there what the lesson started: server.stop()."
    ) in found(course, lesson)


def test_something_is_imported_before_the_kernel_check(course, code):
    lesson = course.add_lesson("02_echo", code("1"), code("import fastapi"), code("", "kernel-check"))

    assert (
        "02_echo.ipynb, cell 2 runs before the kernel check; move the two cells tagged kernel-check above it."
    ) in found(course, lesson)


def test_a_lesson_and_its_step_share_a_name(course, words):
    course.add_step("step_02_echo")
    lesson = course.add_lesson("02_first_endpoint", words("# 2 · Echo"))

    assert "02_first_endpoint.ipynb has another name than its step; rename it to 02_echo.ipynb." in found(
        course, lesson
    )


def test_one_of_two_steps_gives_the_name(course):
    course.add_step("step_04_manager")
    course.add_step("step_04_naive")

    assert not any(
        "another name" in fault for fault in found(course, course.add_good_lesson("04_naive", "Naive"))
    )


def test_a_whole_lesson_lacks_nothing(course):
    course.add_step("step_02_echo")
    course.add_good_lesson("02_echo", "Echo")

    assert all("is not as `sync` writes it" in fault for fault in course.faults())


def test_a_line_that_leaves_the_window(course, code):
    lesson = course.add_lesson("02_echo", code(f"x = '{'a' * 98}'"), code(f"x = '{'a' * 99}'"))

    assert [str(fault) for fault in wide_lines(lesson)] == [
        "notebooks/02_echo.ipynb, cell 2 has a line of 105 characters; break or shorten it: "
        f"104 can be read without scrolling: x = '{'a' * 35} …"
    ]
