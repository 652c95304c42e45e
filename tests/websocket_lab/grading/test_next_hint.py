"""Hints come one at a time, from gentle to plain, for the step that failed."""

import pytest

from websocket_lab.grading import last_check, next_hint
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import Harness
from websocket_lab.grading.next_hint import hint
from websocket_lab.grading.progress_file import record_try


@step("Gentle.", "Plainer.", "Plain.")
def speaks(harness):
    """Ana receives herself in capitals."""


SHOUTING = Exercise("Shouting", Harness, [speaks], hints=["Look.", "Look again."])


@pytest.fixture(autouse=True)
def exercise(monkeypatch):
    monkeypatch.setattr(next_hint, "find", lambda name: SHOUTING)
    monkeypatch.setattr(next_hint, "_given", {})
    monkeypatch.setattr(last_check, "_hints", {})


def test_the_first_is_gentle_and_says_how_many_there_are():
    record_try("shouting", "failed", "speaks")

    assert repr(hint("shouting")) == (
        "Hint 1 of 3 · Ana receives herself in capitals\nGentle.\nThere are 2 more: run this cell again."
    )


def test_what_is_known_about_the_cause_comes_first():
    record_try("shouting", "error", "speaks")
    last_check.remember("shouting", None, "Read the last line.")

    assert [repr(hint("shouting")).splitlines()[1] for _ in range(2)] == ["Read the last line.", "Gentle."]


def test_a_verdicts_own_hint_is_not_told_twice():
    record_try("shouting", "failed", "speaks")
    last_check.remember("shouting", None, "Gentle.")

    assert [repr(hint("shouting")).splitlines()[1] for _ in range(2)] == ["Gentle.", "Plainer."]


def test_they_become_plainer():
    record_try("shouting", "failed", "speaks")
    hints = [repr(hint("shouting")).splitlines() for _ in range(4)]

    assert [words[1] for words in hints] == ["Gentle.", "Plainer.", "Plain.", "Plain."]
    assert hints[1][2] == "There is one more: run this cell again."
    last = 'If it does not help: `from websocket_lab import solution`, then `solution("shouting")`.'
    assert hints[2][2] == f"This was the last one here. {last}"


@pytest.mark.parametrize(("outcome", "step"), [("not started", ""), ("failed", "unknown")])
def test_without_a_step_they_are_general(outcome, step):
    record_try("shouting", outcome, step)

    assert repr(hint("shouting")).startswith("Hint 1 of 2\nLook.")


def test_after_a_pass_there_is_none():
    record_try("shouting", "passed", "")

    assert repr(hint("shouting")).startswith("No hint is left to give\nYour check has passed.")


def test_before_the_first_check_they_are_general():
    assert repr(hint("shouting")).startswith("Hint 1 of 2\nLook.")


def test_another_step_has_its_own():
    hint("shouting")
    record_try("shouting", "failed", "speaks")

    assert "Gentle." in repr(hint("shouting"))


def test_there_may_be_none(monkeypatch):
    monkeypatch.setattr(next_hint, "find", lambda name: Exercise("Shouting", Harness, []))

    assert repr(hint("shouting")).startswith("No hint for this\nRead the contract")


def test_an_unknown_exercise_is_no_exception(monkeypatch):
    monkeypatch.undo()

    assert repr(hint("nope")).startswith("No such exercise\nThere is no exercise 'nope'.")
