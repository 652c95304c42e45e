"""Tries are counted fairly: an honest one is code that changed and did not pass."""

import pytest

from websocket_lab.grading.progress_file import (
    Try,
    has_passed,
    honest_tries,
    record_try,
    record_visit,
    tries,
    visits,
)


def check(*outcomes_and_sources):
    for outcome, source in outcomes_and_sources:
        record_try("shouting", outcome, "speaks", source)
    return honest_tries("shouting")


def test_a_lesson_is_visited_once():
    record_visit("02_echo")
    record_visit("02_echo")

    assert visits() == {"02_echo"}


def test_tries_come_back_in_order():
    check(("failed", "a = 1"), ("passed", "a = 2"))

    assert tries("shouting") == [Try("failed", "speaks", "a = 1"), Try("passed", "speaks", "a = 2")]
    assert tries("whisper") == []


def test_code_may_hold_anything():
    assert check(("failed", "text = '\ud83d'")) == 1


def test_changed_code_is_a_new_try():
    assert check(("failed", "a = 1"), ("error", "a = 2"), ("timed out", "a = 3")) == 3


def test_the_same_code_again_is_no_new_try():
    assert check(("failed", "a = 1"), ("failed", "a = 1"), ("failed", "a  =  1  # really")) == 1


def test_going_back_is_a_try():
    assert check(("failed", "a = 1"), ("failed", "a = 2"), ("failed", "a = 1")) == 3


@pytest.mark.parametrize("outcome", ["not started", "environment", "passed"])
def test_what_was_not_turned_down_is_no_honest_try(outcome):
    assert check((outcome, "a = 1")) == 0


def test_after_trouble_with_the_machine_the_same_code_counts():
    assert check(("environment", "a = 1"), ("failed", "a = 1")) == 1


def test_code_that_does_not_parse_counts():
    assert check(("error", "def"), ("error", "def"), ("error", "class")) == 2


def test_without_source_every_try_counts():
    assert check(("failed", None), ("failed", None)) == 2


def test_passed_once_is_passed():
    check(("failed", "a"), ("passed", "b"), ("failed", "c"))

    assert has_passed("shouting")
    assert not has_passed("whisper")
