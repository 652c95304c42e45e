"""Links lead somewhere: the file is in the repository and the heading is in the file."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from authoring.faults import Fault
from authoring.notebook_format import parse
from authoring.prose import Prose


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
