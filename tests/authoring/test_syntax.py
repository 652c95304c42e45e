"""Code that does not compile is told where it is written."""

from authoring.snippets import step_faults, syntax_faults


def test_a_cell_that_does_not_compile_is_named_with_its_line(course, code):
    lesson = course.add_lesson("02_echo", code("one = 1\nif one\n    pass"))

    assert [str(fault) for fault in syntax_faults(lesson)] == [
        "notebooks/02_echo.ipynb, cell 1 does not compile; fix its line 2: expected ':'."
    ]


def test_a_cell_whose_lines_stand_wrongly_is_named_too(course, code):
    lesson = course.add_lesson("02_echo", code("try:\n        one = 1\n    finally:\n        pass"))

    assert [str(fault) for fault in syntax_faults(lesson)] == [
        "notebooks/02_echo.ipynb, cell 1 does not compile; fix its line 3: "
        "unindent does not match any outer indentation level."
    ]


def test_a_cell_may_await_and_use_magic(course, code):
    lesson = course.add_lesson("02_echo", code("await knock()"), code("%%writefile file.py\nif one"))

    assert list(syntax_faults(lesson)) == []


def test_a_step_that_does_not_compile_is_told_where_it_is_written(course, code):
    course.add_step("step_02_echo", "# %% app\nasync def echo(websocket)\n")
    lesson = course.add_lesson("02_echo", code("async def echo(websocket)", "snippet:step_02_echo/app"))

    assert list(syntax_faults(lesson)) == []
    assert [str(fault) for fault in step_faults(lesson, course.root)] == [
        "server_snippets/step_02_echo.py does not compile; fix its line 2: expected ':'."
    ]
