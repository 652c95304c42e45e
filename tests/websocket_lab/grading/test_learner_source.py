"""What was passed to `check` leads to the code that the learner wrote, and tells whether anything was."""

from dataclasses import dataclass
from functools import partial, wraps

import nbformat
import pytest

from tests.websocket_lab.small_exercise import APP, IMPORTS, SHOUT, tagged
from websocket_lab.grading.exercise_notebook import with_stubs, without_markers
from websocket_lab.grading.learner_source import is_untouched, learner_cell, sources


STUBS = [IMPORTS, with_stubs(SHOUT), with_stubs(APP)]
DONE = [IMPORTS, without_markers(SHOUT), without_markers(APP)]


def test_the_cells_with_gaps_are_found(run_cells):
    subject = run_cells(*DONE)["make_app"]

    assert learner_cell(subject, "shouting") == f"{DONE[1]}\n\n\n{DONE[2]}"


def test_the_newest_definition_counts(run_cells):
    subject = run_cells(*DONE, DONE[1].replace("upper", "title"))["make_app"]

    assert "text.title()" in learner_cell(subject, "shouting")
    assert "text.upper()" not in learner_cell(subject, "shouting")


def test_two_cells_in_one_are_shown_once(run_cells):
    subject = run_cells("\n\n\n".join(DONE))["make_app"]

    assert learner_cell(subject, "shouting").count("def shout") == 1


def test_what_is_not_there_is_left_out(run_cells):
    subject = run_cells(IMPORTS, DONE[2])["make_app"]

    assert learner_cell(subject, "shouting") == DONE[2]


def test_code_in_a_file_is_found_too(course):
    assert learner_cell(make_app, "shouting").startswith(
        "def shout(text):\n    return text\n\n\ndef make_app"
    )


@pytest.mark.parametrize("subject", [None, 1, "make_app", print, dict, object(), pytest])
def test_there_may_be_no_source(course, subject):
    assert learner_cell(subject, "shouting") is None
    assert not is_untouched("shouting", subject)


def test_the_stub_is_untouched(run_cells):
    assert is_untouched("shouting", run_cells(*STUBS)["make_app"])


def test_comments_and_white_space_are_no_beginning(run_cells):
    noted = STUBS[1].replace("# Your code here", "# How do I do this?\n\n")

    assert is_untouched("shouting", run_cells(IMPORTS, noted, STUBS[2])["make_app"])


@pytest.mark.parametrize("cells", [DONE, [IMPORTS, DONE[1], STUBS[2]], [IMPORTS, STUBS[1], DONE[2]]])
def test_one_filled_gap_is_a_beginning(run_cells, cells):
    assert not is_untouched("shouting", run_cells(*cells)["make_app"])


def test_another_function_is_a_beginning(run_cells):
    other = "def make_other_app():\n    return FastAPI()"

    assert not is_untouched("shouting", run_cells(*STUBS, other)["make_other_app"])


def test_a_magic_in_the_cell_does_no_harm(run_cells):
    subject = run_cells(*DONE[:2], f"%precision 3\n{DONE[2]}")["make_app"]

    assert "def make_app" in learner_cell(subject, "shouting")
    assert not is_untouched("shouting", subject)


CLIENT = '''\
from dataclasses import dataclass


@dataclass
class Caller:
    """Calls."""

    url: str

    @property
    def name(self):
        ### BEGIN SOLUTION
        return "ana"
        ### END SOLUTION'''


@pytest.fixture
def client_exercise(course):
    notebook = nbformat.v4.new_notebook(cells=[tagged(CLIENT, "server")])
    nbformat.write(notebook, course / "solutions" / "02_calling.ipynb")


@pytest.mark.parametrize("subject", ["Caller", "Caller('ws://')", "lambda: Caller('ws://')"])
def test_a_class_its_object_and_its_maker_lead_to_the_class(client_exercise, run_cells, subject):
    found = run_cells(without_markers(CLIENT), f"subject = {subject}")["subject"]

    assert learner_cell(found, "calling") == without_markers(CLIENT)
    assert not is_untouched("calling", found)


FIELDS = '''\
class Fields:
    """Has no function of its own."""

    name: str = ""'''


def test_a_class_that_has_only_fields_leads_to_its_latest_cell(run_cells):
    found = run_cells(FIELDS.replace("name", "title"), FIELDS, "subject = lambda: Fields()")

    assert [code.strip() for code in sources(found["subject"], FIELDS)] == [FIELDS]


def test_a_cell_that_is_run_again_as_it_was_is_the_latest(run_cells):
    found = run_cells(FIELDS, FIELDS.replace("name", "title"), FIELDS, "subject = lambda: Fields()")

    assert [code.strip() for code in sources(found["subject"], FIELDS)] == [FIELDS]


def test_an_untouched_class_is_untouched(client_exercise, run_cells):
    assert is_untouched("calling", run_cells(with_stubs(CLIENT))["Caller"])


def test_wrapped_functions_are_unwrapped(run_cells):
    subject = run_cells(*DONE)["make_app"]

    wrapped = wraps(subject)(lambda: subject())

    assert learner_cell(partial(subject), "shouting") == learner_cell(wrapped, "shouting") is not None


def make_app():
    """Stand in a file."""
    return shout("hi")


def shout(text):
    return text


@dataclass
class NoMethods:
    """Has generated methods only."""


def test_generated_methods_are_no_source(course):
    assert learner_cell(NoMethods(), "shouting") is None
