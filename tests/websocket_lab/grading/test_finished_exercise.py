"""The finished exercise can be seen in action, without its code."""

import sys

import nbformat
import pytest

from tests.websocket_lab.small_exercise import tagged
from websocket_lab.client.live_client import LiveClient
from websocket_lab.grading.finished_exercise import finished_app, finished_server
from websocket_lab.server.learner_traceback import learner_traceback


@pytest.fixture(autouse=True)
def forget_modules():
    yield
    sys.modules.pop("finished_shouting", None)


def rewrite(course, *cells):
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), course / "solutions" / "01_shouting.ipynb")


def test_its_server_answers_as_the_solution_does(course):
    with finished_server("shouting") as server, LiveClient(server.url("/ws")) as ana:
        ana.send("hello")

        assert ana.receive() == "HELLO"


def test_every_app_is_a_new_one(course):
    assert finished_app("shouting") is not finished_app("shouting")


def test_the_solution_gets_what_its_app_needs(course):
    rewrite(course, tagged("def make_app(broker):\n    return broker", "server"))

    assert finished_app("shouting", "a broker") == "a broker"


def test_types_may_name_classes_further_down(course):
    code = "from pydantic import BaseModel\nclass Room(BaseModel):\n    members: list['Member']\n"
    rewrite(
        course,
        tagged(code, "server"),
        tagged("class Member(BaseModel):\n    name: str", "server"),
        tagged("def make_app():\n    return Room(members=[{'name': 'ana'}])", "server"),
    )

    assert finished_app("shouting").members[0].name == "ana"


def test_a_traceback_shows_the_line_of_the_solution(course):
    rewrite(course, tagged("def make_app():\n    return 1 / 0", "server"))

    with pytest.raises(ZeroDivisionError) as raised:
        finished_app("shouting")

    assert "return 1 / 0" in learner_traceback(raised.value)


def test_a_client_exercise_has_no_server(course):
    rewrite(course, tagged("class Client: ...", "server"))

    with pytest.raises(LookupError, match="builds no server"):
        finished_app("shouting")
