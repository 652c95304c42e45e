"""Prose that belittles, skips or shows without words is told so."""

import re

import pytest

from authoring.prose import Prose
from authoring.prose_rules import habits, wording_faults


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ben hears nothing.", "hears"),
        ("He waits behind her, two times.", "behind, two times"),
        ("Who connects is put on the list.", "Who connects is put on the list."),
        ("It works. Whoever leaves is forgotten.", "Whoever leaves is forgotten."),
        ("What does Ben see? A client connects, and leaves.", ""),
        ("## Who comes and goes\n\n`hears` is code.", ""),
    ],
)
def test_what_reads_like_a_translation_is_a_warning(text, said):
    warnings = [str(warning) for warning in habits("here", Prose(text))]

    assert ", ".join(re.findall("“(.+?)”", "\n".join(warnings))) == said
