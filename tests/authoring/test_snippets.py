"""Server code in lessons comes from the step files."""

from authoring.snippets import fill, hand_written_servers, regions


def sentences(faults):
    return [str(fault) for fault in faults]


def test_a_region_ends_where_the_next_begins(course):
    course.add_step("step_02_echo")

    found = regions(course.root / "server_snippets/step_02_echo.py")

    assert list(found) == ["imports", "app"]
    assert found["imports"] == "from fastapi import FastAPI"
    assert found["app"].endswith("async def echo(websocket): ...")


def test_a_tagged_cell_is_filled(course, code):
    course.add_step("step_02_echo")
    lesson = course.add_lesson("02_echo", code("old", "snippet:step_02_echo/imports"))

    assert fill(lesson, course.root) == []
    assert lesson.cells[0].source == "from fastapi import FastAPI"


def test_two_tags_fill_one_cell(course, code):
    course.add_step("step_02_echo")
    tags = ["snippet:step_02_echo/imports", "snippet:step_02_echo/app"]
    lesson = course.add_lesson("02_echo", code("", *tags))

    fill(lesson, course.root)

    assert lesson.cells[0].source.startswith("from fastapi import FastAPI\n\n\napp = FastAPI()")


def test_an_unknown_region_names_those_that_exist(course, code):
    course.add_step("step_02_echo")
    lesson = course.add_lesson("02_echo", code("kept", "snippet:step_02_echo/room"))

    assert sentences(fill(lesson, course.root)) == [
        "notebooks/02_echo.ipynb, cell 1 asks for region “room”, "
        "but server_snippets/step_02_echo.py has imports, app; "
        "correct the tag, or begin that region there: # %% room."
    ]
    assert lesson.cells[0].source == "kept"


def test_an_unknown_step_names_the_nearest(course, code):
    course.add_step("step_02_echo")
    lesson = course.add_lesson("02_echo", code("", "snippet:step_2/app"))

    assert sentences(fill(lesson, course.root)) == [
        "notebooks/02_echo.ipynb, cell 1 asks for step_2/app, but server_snippets has no step_2.py "
        "(did you mean step_02_echo?); correct the tag, or write that file."
    ]


def test_a_region_name_is_used_once(course, code):
    course.add_step("step_02_echo", "# %% app\na = 1\n# %% app\nb = 2\n")
    lesson = course.add_lesson("02_echo", code("", "snippet:step_02_echo/app"))

    assert "two regions called “app”; give each its own name." in sentences(fill(lesson, course.root))[0]


def test_an_endpoint_written_by_hand_is_a_fault(course, code):
    lesson = course.add_lesson("02_echo", code('@app.websocket("/x")\nasync def other(websocket): ...'))

    assert sentences(hand_written_servers(lesson, course.root)) == [
        "notebooks/02_echo.ipynb, cell 1 defines an endpoint by hand; "
        "tag it `snippet:STEP/REGION` to have it filled, or `scratch` if no step has it."
    ]


def test_a_copy_of_the_step_is_a_fault(course, code):
    course.add_step("step_02_echo")
    lesson = course.add_lesson("02_echo", code("async def echo(websocket):\n    pass"))

    assert (
        "cell 1 defines echo, as the step file does;"
        in sentences(hand_written_servers(lesson, course.root))[0]
    )


def test_scratch_code_is_free(course, code):
    lesson = course.add_lesson("02_echo", code('@app.websocket("/x")\nasync def other(w): ...', "scratch"))

    assert hand_written_servers(lesson, course.root) == []
