"""The minutes in a header are an estimate with a reason: what is there to read, run, guess and build."""

import pytest

from authoring.course import Course
from authoring.minutes import estimated_minutes, write_minutes


def test_five_minutes_are_the_least(course, words):
    assert estimated_minutes(course.add_lesson("02_echo", words("Hello"))) == 5


@pytest.mark.parametrize(
    ("text", "source", "minutes"),
    [
        # 1,200 words, then the run of one cell.
        ("word " * 1200, "1", 10),
        # 75 lines are 600 seconds.
        ("word", "1\n" * 75, 10),
        # 20 predictions are 900 seconds, and their lines 160.
        ("word", "Prediction(1)\n" * 20, 20),
        ("<details><summary><b>Stop and think:</b> Why?</summary>So.</details>\n\n" * 20, "1", 15),
    ],
)
def test_reading_running_and_guessing_take_time(course, words, code, text, source, minutes):
    lesson = course.add_lesson("02_echo", words(text), code(source))

    assert estimated_minutes(lesson) == minutes


def test_what_is_for_the_curious_does_not_count(course, words):
    lesson = course.add_lesson("02_echo", words("Hello"), words("## Further\n" + "word " * 3000))

    assert estimated_minutes(lesson) == 5


@pytest.mark.parametrize(("difficulty", "minutes"), [("easy", 10), ("medium", 15), ("hard", 20)])
def test_building_takes_the_longer_the_harder_it_is(course, words, difficulty, minutes):
    header = words(f"*99 minutes · {difficulty} · after lesson 2.*")

    assert estimated_minutes(course.add_solution("01_shout", header)) == minutes


def test_the_header_says_the_estimate(course, words):
    lesson = course.add_lesson("02_echo", words("# 2 · Echo\n\n*20 minutes, after lunch.*"))

    write_minutes(lesson)

    assert lesson.header.endswith("\n*5 minutes, after lunch.*")


def test_sync_keeps_the_estimate_true(course):
    course.add_good_lesson("02_echo", "Echo")
    course.add_step("step_02_echo")

    assert Course.read(course.root).lessons[0].minutes == 5
