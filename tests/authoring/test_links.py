"""Links that lead nowhere are told."""

import pytest

from authoring.prose import Prose
from authoring.prose_rules import link_faults


def found(course, link):
    page = course.path("02_echo")
    return [str(fault) for fault in link_faults("cell 1", Prose(f"[x]({link})"), page, course.root)]


@pytest.fixture(autouse=True)
def lesson(course, words):
    course.add_lesson("02_echo", words("# 2 · Echo"), words("## Someone leaves"))


@pytest.mark.parametrize(
    "link",
    [
        "02_echo.ipynb",
        "#Someone-leaves",
        "02_echo.ipynb#Someone-leaves",
        "../README.md#course",
        "../server_snippets",
        "https://example.org/nowhere",
    ],
)
def test_a_link_leads_somewhere(course, link):
    assert found(course, link) == []


@pytest.mark.parametrize("link", ["nope.ipynb", "../../etc", "/README.md", "../nope.png"])
def test_a_file_is_missing(course, link):
    assert found(course, link) == [
        f"cell 1 links to {link}, which does not exist; correct the link or add the file."
    ]


@pytest.mark.parametrize("link", ["#someone-leaves", "../README.md#Course"])
def test_a_heading_is_missing(course, link):
    assert found(course, link) == [
        f"cell 1 links to {link}, but there is no such heading; correct what follows the #."
    ]
