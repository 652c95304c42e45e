"""Markdown as a reader sees it: headings, links, images, diagrams and words, apart from code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markdown_it import MarkdownIt
from markdown_it.token import Token


MARKDOWN = MarkdownIt("commonmark").enable("table")
# Markdown writes neither of the two characters, so they can stand for the beginning and the end of italics.
EMPHASISED = re.compile("\1(.*?)\2", re.DOTALL)
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
HTML_LINK = re.compile(r"""<a\b[^>]*?\bhref=["']([^"']*)["']""", re.IGNORECASE)
HTML_ALT = re.compile(r"""\balt=["']\s*[^"'\s]""", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """A heading's level, from 1 to 6, and its text."""

    level: int
    text: str


class Prose:
    """What one piece of Markdown says."""

    def __init__(self, markdown: str) -> None:
        self.blocks = MARKDOWN.parse(markdown)

    @property
    def inlines(self) -> Iterator[Token]:
        """Every token inside a line, in order."""
        for block in self.blocks:
            yield from block.children or []

    @property
    def html(self) -> str:
        """All raw HTML in it."""
        raw = [t for t in (*self.blocks, *self.inlines) if t.type in ("html_block", "html_inline")]
        return "\n".join(token.content for token in raw)

    @property
    def headings(self) -> list[Heading]:
        """Its headings, in order."""
        pairs = zip(self.blocks, self.blocks[1:], strict=False)
        return [
            Heading(int(opening.tag[1]), "".join(t.content for t in inline.children or []))
            for opening, inline in pairs
            if opening.type == "heading_open"
        ]

    @property
    def links(self) -> list[str]:
        """The targets of its links, and of its images."""
        found = [token.attrGet("href") for token in self.inlines if token.type == "link_open"]
        found += [token.attrGet("src") for token in self.inlines if token.type == "image"]
        return [str(target) for target in found] + HTML_LINK.findall(self.html)

    @property
    def images_without_words(self) -> int:
        """How many images have no alternative text."""
        silent = [t for t in self.inlines if t.type == "image" and not t.content.strip()]
        return len(silent) + sum(not HTML_ALT.search(image) for image in HTML_IMAGE.findall(self.html))

    @property
    def has_diagram(self) -> bool:
        """Whether it draws a Mermaid diagram."""
        return any(token.type == "fence" and token.info.strip() == "mermaid" for token in self.blocks)

    @property
    def emphasised(self) -> Iterator[str]:
        """What it writes in italics, piece by piece."""
        for block in self.blocks:
            pieces = "".join(_marked(token) for token in block.children or [])
            yield from EMPHASISED.findall(pieces)

    @property
    def paragraphs(self) -> Iterator[str]:
        """Its sentences, block by block, without headings and without code."""
        for before, block in zip(self.blocks, self.blocks[1:], strict=False):
            if block.type == "inline" and before.type != "heading_open":
                tokens = [token for token in block.children or [] if token.type != "code_inline"]
                yield "".join(" " if token.type == "softbreak" else _spoken(token) for token in tokens)

    @cached_property
    def text(self) -> str:
        """Its sentences, without code, diagrams, link targets and HTML tags."""
        return " ".join(_spoken(token) for token in self.inlines if token.type != "code_inline")

    @property
    def words(self) -> int:
        """How many words a reader reads; a piece of inline code counts as it is written."""
        spoken = " ".join(_spoken(token) for token in self.inlines)
        return sum(any(letter.isalnum() for letter in word) for word in spoken.split())


def _marked(token: Token) -> str:
    return {"em_open": "\1", "em_close": "\2"}.get(token.type, _spoken(token))


def _spoken(token: Token) -> str:
    return token.content if token.type in ("text", "code_inline") else ""
