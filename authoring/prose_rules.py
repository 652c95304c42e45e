"""How the course's prose reads: headings in order, no belittling words, words beside pictures, live links."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from authoring.faults import Fault
from authoring.lesson import Lesson
from authoring.notebook_format import parse
from authoring.prose import Heading, Prose


# They tell a reader who struggles that it is easy.
BELITTLING = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
WORDS_BESIDE_DIAGRAM = 8
# What reads like a translation, and what plain technical English says instead.
HABITS = {
    r"\bhears?\b|\bheard\b": "receives",
    r"\bbehind\b": "after",
    r"\bmend(?:s|ed)?\b": "fix",
    r"\blets? go\b": "disconnect, or drop",
    r"\bturned away\b|\bat the door\b|\bknock(?:s|ed)?\b": "reject, or connect",
    r"\bin service\b": "in production",
    r"\btwo times\b": "twice",
    r"\bforeign page": "a page from another origin",
    r"\banew\b": "again",
    r"\bfor ever\b": "forever",
    r"\bat last\b": "finally",
    r"\bbec(?:omes|ame) of\b": "happens to",
    r"\bis no [A-Z]": "is not",
    # A question may begin with one of these words.
    r"(?:^|[.!] )(?:Who|Whoever|What|Whose) [^.?!]+[.!]": "a clause that begins with its subject",
}


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


def habits(place: str, prose: Prose) -> Iterator[Fault]:
    """Yield what reads like a translation; some of it may be right where it stands."""
    for habit, better in HABITS.items():
        for said in (found[0] for text in prose.paragraphs for found in re.finditer(habit, text)):
            yield Fault(place, f"says “{said.lstrip('.! ')}”; better: {better}.")


def _heading_faults(lesson: Lesson) -> Iterator[Fault]:
    level = 0
    for number, heading in _headings_of(lesson):
        place = f"{lesson.place}, cell {number}"
        if heading.level == 1 and level:
            yield Fault(place, f"has a second title, “{heading.text}”; write it with ##.")
        if heading.level > level + 1:
            yield Fault(place, f"skips a level with “{heading.text}”; write it with {'#' * (level + 1)}.")
        level = heading.level


def _headings_of(lesson: Lesson) -> list[tuple[int, Heading]]:
    return [(cell.number, heading) for cell in lesson.markdown for heading in Prose(cell.source).headings]


OUTSIDE = {"http", "https", "mailto"}


def link_faults(place: str, prose: Prose, page: Path, root: Path) -> Iterator[Fault]:
    """Yield the links in a piece of `page` that lead nowhere; the web is not asked."""
    for link in prose.links:
        parts = urlsplit(link)
        if parts.scheme in OUTSIDE:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.is_relative_to(root.resolve()) or not target.exists():
            yield Fault(place, f"links to {link}, which does not exist; correct the link or add the file.")
        elif parts.fragment and unquote(parts.fragment) not in anchors(target):
            yield Fault(place, f"links to {link}, but there is no such heading; correct what follows the #.")


def anchors(page: Path) -> set[str]:
    """Return the fragments that lead to the page's headings, where the page is shown."""
    if page.suffix == ".ipynb":
        return {_in_jupyterlab(heading) for heading in _headings(_notebook_markdown(page))}
    if page.suffix == ".md":
        return {_on_a_forge(heading) for heading in _headings(page.read_text(encoding="utf-8"))}
    return set()


def _headings(markdown: str) -> list[str]:
    return [heading.text for heading in Prose(markdown).headings]


def _notebook_markdown(page: Path) -> str:
    cells = parse(page.read_text(encoding="utf-8")).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def _in_jupyterlab(heading: str) -> str:
    return heading.replace(" ", "-")


def _on_a_forge(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
