"""Markdown is read as a reader sees it."""

from authoring.prose import Heading, Prose


def test_headings_in_code_are_none():
    assert Prose("## One `x`\n\n```python\n# no\n```\n").headings == [Heading(2, "One x")]


def test_links_are_found_in_tables_and_html():
    markdown = '| a |\n|---|\n| [x](one.md) |\n\n<a href="two.md">y</a> ![z](three.png)'

    assert sorted(Prose(markdown).links) == ["one.md", "three.png", "two.md"]


def test_images_need_words():
    markdown = '![](a.png) ![words](b.png) <img src="c.png"> <img src="d.png" alt="words">'

    assert Prose(markdown).images_without_words == 2


def test_diagrams_and_link_targets_are_no_words():
    assert Prose("Two **words** [here](file.md) · `x`.\n\n```mermaid\na b c\n```").words == 4


def test_inline_code_is_not_spoken():
    assert "just" not in Prose("Call `just` now").text
