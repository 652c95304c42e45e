"""How a lesson's prose reads: headings in order, no belittling words, and words beside every picture."""

import re
from collections.abc import Iterator

from authoring.faults import Fault
from authoring.lesson import Lesson
from authoring.prose import Heading, Prose


# They tell a reader who struggles that it is easy.
BELITTLING = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
WORDS_BESIDE_DIAGRAM = 8


def wording_faults(lesson: Lesson) -> Iterator[Fault]:
    """Yield what reads badly, cell by cell, then the order of the headings."""
    for cell in lesson.markdown:
        yield from text_faults(f"{lesson.place}, cell {cell.number}", Prose(cell.source))
    yield from _heading_faults(lesson)


def text_faults(place: str, prose: Prose) -> Iterator[Fault]:
    """Yield what reads badly in one piece of prose."""
    for word in BELITTLING.findall(prose.text):
        yield Fault(place, f"says “{word}”; leave the word out.")
    if prose.images_without_words:
        yield Fault(place, "shows an image without words; say in its alt text what it shows.")
    if prose.has_diagram and prose.words < WORDS_BESIDE_DIAGRAM:
        yield Fault(place, "draws a diagram and says nothing; put into words what it shows.")


def _heading_faults(lesson: Lesson) -> Iterator[Fault]:
    level = 0
    for number, heading in _headings(lesson):
        place = f"{lesson.place}, cell {number}"
        if heading.level == 1 and level:
            yield Fault(place, f"has a second title, “{heading.text}”; write it with ##.")
        if heading.level > level + 1:
            yield Fault(place, f"skips a level with “{heading.text}”; write it with {'#' * (level + 1)}.")
        level = heading.level


def _headings(lesson: Lesson) -> list[tuple[int, Heading]]:
    return [(cell.number, heading) for cell in lesson.markdown for heading in Prose(cell.source).headings]
