"""The solution opens after a fair go, and is put beside what was checked last."""

import pytest

from tests.websocket_lab.small_exercise import APP, IMPORTS, SHOUT
from websocket_lab.grading import last_check
from websocket_lab.grading.exercise_notebook import without_markers
from websocket_lab.grading.last_check import last_source, remember
from websocket_lab.grading.learner_source import learner_cell
from websocket_lab.grading.progress_file import record_try
from websocket_lab.grading.solution_view import compare, highlighted, solution


DONE = [IMPORTS, without_markers(SHOUT), without_markers(APP)]


@pytest.fixture(autouse=True)
def fresh_kernel(course, monkeypatch):
    monkeypatch.setattr(last_check, "_sources", {})


@pytest.fixture
def checked(run_cells):
    """What the learner wrote, checked and passed."""
    mine = DONE[1].replace("text.upper()", "text.title()")
    source = learner_cell(run_cells(IMPORTS, mine, DONE[2])["make_app"], "shouting")
    remember("shouting", source)
    record_try("shouting", "passed", "", source)


def test_it_is_closed_at_first_and_says_what_opens_it():
    words = repr(compare("shouting"))

    assert words.startswith("Not open yet\nThis opens when your check passes, or after three tries")
    assert "so far there is none" in words
    assert 'compare("shouting", force=True)' in words


@pytest.mark.parametrize("show", [compare, solution])
def test_three_honest_tries_open_it(show):
    for number in range(3):
        assert "Not open yet" in repr(show("shouting"))
        record_try("shouting", "failed", "speaks", f"a = {number}")

    assert "Not open yet" not in repr(show("shouting"))


@pytest.mark.parametrize("show", [compare, solution])
def test_a_pass_opens_it(show):
    record_try("shouting", "passed", "", "a = 1")

    assert "Not open yet" not in repr(show("shouting"))


@pytest.mark.parametrize("show", [compare, solution])
def test_force_opens_it(show):
    assert "Not open yet" not in repr(show("shouting", force=True))


@pytest.mark.parametrize("show", [compare, solution])
def test_an_unknown_exercise_is_no_exception(show):
    assert repr(show("nope")) == "No such exercise\nThere is no exercise 'nope'. There are: shouting."


def test_both_codes_are_there_as_text_and_side_by_side(checked):
    card = compare("shouting")

    assert "-    return text.title()\n+    return text.upper()" in repr(card)
    assert "return text.<mark>" in card._repr_html_()
    assert "### " not in repr(card)


def test_the_code_that_was_checked_counts_not_what_came_after(checked, run_cells):
    run_cells("def shout(text):\n    return 'never checked'")

    assert "never checked" not in repr(compare("shouting"))


def test_another_kernel_compares_the_last_try(checked, monkeypatch):
    monkeypatch.setattr(last_check, "_sources", {})

    assert "text.title()" in repr(compare("shouting"))


def test_the_same_code_has_no_difference(run_cells):
    remember("shouting", learner_cell(run_cells(*DONE)["make_app"], "shouting"))

    assert repr(compare("shouting", force=True)).startswith("No difference")


def test_without_a_check_there_is_nothing_to_compare():
    assert repr(compare("shouting", force=True)).startswith("Nothing to compare yet")


def test_what_has_no_source_is_not_remembered():
    remember("shouting", learner_cell(print, "shouting"))

    assert last_source("shouting") is None


def test_the_solution_is_shown_with_its_notebook():
    card = solution("shouting", force=True)

    assert repr(card).startswith(DONE[1])
    assert repr(card).endswith("is solutions/01_shouting.ipynb.")
    assert '<a href="../solutions/01_shouting.ipynb">' in card._repr_html_()


def test_code_is_highlighted_and_escaped():
    html = highlighted("def f():\n    return '<b>' + 1  # why")

    assert '<span class="k">def</span> <span class="f">f</span>' in html
    assert "&lt;b&gt;" in html
    assert '<span class="c"># why</span>' in html
