"""Every few minutes there is a question."""

from authoring.pace import pace_faults


LONG = "word " * 900
ASKED = "<details><summary><b>Stop and think:</b> Why?</summary>So.</details>"


def test_a_long_stretch_without_a_question_is_told_where_it_becomes_too_long(course, words):
    lesson = course.add_lesson("02_echo", words(LONG), words(LONG), words("more"))

    assert [str(fault) for fault in pace_faults(lesson)] == [
        "notebooks/02_echo.ipynb, cell 2 is 12 minutes behind the last question; ask one before it: "
        "a Prediction(…), or one with a folded answer that begins with “Stop and think:”."
    ]


def test_a_question_in_between_is_enough(course, words, code):
    folded = course.add_lesson("02_echo", words(LONG), words(ASKED), words(LONG))
    predicted = course.add_lesson("02_echo", words(LONG), code('Prediction("?", [])'), words(LONG))

    assert [*pace_faults(folded), *pace_faults(predicted)] == []
