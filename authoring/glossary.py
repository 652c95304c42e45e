"""The glossary: every term of the course, what it means, and a link to the section that explains it.

A lesson explains a term where it first writes it in *italics*; what it means in few words stands in
`glossary.toml`. So the link follows the lessons wherever a term moves.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import quote

from authoring.faults import Fault
from authoring.lesson import Lesson
from authoring.prose import Prose


SOURCE = "authoring/glossary.toml"
PAGE = "GLOSSARY.md"
HEAD = """\
# Glossary

What the words of the course mean, and where each is explained.

| Term | Meaning | Explained in |
|---|---|---|
"""


@dataclass(frozen=True)
class Passage:
    """What a lesson says in one cell below one heading, and which of its words it emphasises."""

    lesson: Lesson
    cell: int
    heading: str
    text: str
    emphasised: tuple[str, ...]

    @property
    def link(self) -> str:
        """A link to the section, from the course's folder."""
        anchor = quote(self.heading.replace(" ", "-"))
        return f"[{self.lesson.name}](notebooks/{self.lesson.path.name}#{anchor})"

    def explains(self, term: str) -> bool:
        """Whether it has the term, or its plural, in italics."""
        return {term.casefold(), f"{term}s".casefold()}.intersection(
            map(str.casefold, self.emphasised)
        ) != set()

    def says(self, term: str) -> bool:
        """Whether it uses the term; what a lesson promises in its first cell does not count."""
        word = rf"(?<![\w-]){re.escape(term)}s?(?![\w-])"
        return self.cell > 1 and bool(re.search(word, self.text, re.IGNORECASE))


def passages(lessons: list[Lesson]) -> Iterator[Passage]:
    """Yield all that the lessons say, in reading order."""
    for lesson in lessons:
        heading = lesson.name
        for cell in lesson.markdown:
            for part in re.split(r"^(?=## )", cell.source, flags=re.MULTILINE):
                prose = Prose(part)
                heading = prose.headings[0].text if prose.headings else heading
                yield Passage(lesson, cell.number, heading, prose.text, tuple(prose.emphasised))


@dataclass
class Glossary:
    """The terms with their meanings, beside what the lessons say."""

    meanings: dict[str, str]
    everyday: set[str]
    passages: list[Passage]

    @classmethod
    def read(cls, root: Path, lessons: list[Lesson]) -> Self:
        """Return the glossary of these lessons; ValueError if its file cannot be read."""
        content = tomllib.loads((root / SOURCE).read_text(encoding="utf-8"))
        return cls(content["terms"], set(content["everyday"]["terms"]), list(passages(lessons)))

    @cached_property
    def homes(self) -> dict[str, int]:
        """For each term, the number of the passage that explains it."""
        found = {
            term: next((number for number, passage in enumerate(self.passages) if passage.explains(term)), -1)
            for term in self.meanings
        }
        return {term: number for term, number in found.items() if number >= 0}

    @property
    def page(self) -> str:
        """The page's text."""
        rows = [
            f"| {term} | {self.meanings[term]} | {self.passages[self.homes[term]].link} |\n"
            for term in sorted(self.homes, key=str.casefold)
        ]
        return HEAD + "".join(rows)

    def faults(self) -> Iterator[Fault]:
        """Yield the terms that no lesson explains, and those that are used before they are explained."""
        for term in self.meanings:
            if term not in self.homes:
                yield Fault(
                    SOURCE,
                    f"has “{term}”, which no lesson explains; write it in *italics* where one does, "
                    "or take it out.",
                )
            elif term not in self.everyday:
                yield from self._early(term, self.homes[term])

    def _early(self, term: str, home: int) -> Iterator[Fault]:
        explained = self.passages[home]
        for passage in self.passages[:home]:
            if passage.says(term):
                yield Fault(
                    f"{passage.lesson.place}, cell {passage.cell}",
                    f"says “{term}” before {explained.lesson.place}, cell {explained.cell} explains it; "
                    "explain it here in *italics*, or use another word.",
                )
                return
