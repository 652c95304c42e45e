"""Prose that belittles, skips or shows without words is told so."""

import pytest

from authoring.prose_rules import wording_faults


PLACE = "notebooks/02_echo.ipynb, cell 1"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Just do it.", "says “Just”; leave the word out."),
        ("![](a.png)", "shows an image without words; say in its alt text what it shows."),
        ("```mermaid\na\n```", "draws a diagram and says nothing; put into words what it shows."),
        ("# One\n\n# Two", "has a second title, “Two”; write it with ##."),
        ("# One\n\n### Two", "skips a level with “Two”; write it with ##."),
    ],
)
def test_what_reads_badly(course, words, text, fault):
    lesson = course.add_lesson("02_echo", words(text))

    assert [str(fault) for fault in wording_faults(lesson)] == [f"{PLACE} {fault}"]


@pytest.mark.parametrize("text", ["Adjust it.", "Call `just`.", "# One\n\n## Two\n\n### Three\n\n## Four"])
def test_what_reads_well(course, words, text):
    assert list(wording_faults(course.add_lesson("02_echo", words(text)))) == []
