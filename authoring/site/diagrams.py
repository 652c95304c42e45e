"""Mermaid's diagrams as pictures, drawn where the site is built: a page needs no script for them."""

import re
from functools import partial
from hashlib import sha256
from pathlib import Path


FENCE = re.compile(r"^```mermaid\n(.*?)^```\n?", re.DOTALL | re.MULTILINE)
TITLE = re.compile(r"^\s*accTitle: (.+?)\s*$", re.MULTILINE)
SIZE = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')
FOLDER = "diagrams"


def with_pictures(markdown: str, pictures: Path, cache: Path) -> str:
    """Return the text with each diagram as a picture in the folder `pictures`, and the same in words."""
    return FENCE.sub(partial(_figure, pictures=pictures, cache=cache), markdown)


def _figure(fence: "re.Match[str]", pictures: Path, cache: Path) -> str:
    name = f"{sha256(fence[1].encode()).hexdigest()[:16]}.svg"
    kept = cache / name
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(_drawn(fence[1]), encoding="utf-8")
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / name).write_bytes(kept.read_bytes())
    title = found[1] if (found := TITLE.search(fence[1])) else "Diagram"
    words = title.replace(" · ", "\n- ")
    return (
        f"\n![{_plain(title)}](/{FOLDER}/{name})\n\n"
        f"<details><summary>The diagram in words</summary>\n\n- {words}\n\n</details>\n\n"
    )


def _drawn(diagram: str) -> str:
    # Only a build of the site needs it.
    import mermaidx  # type: ignore[import-untyped]

    svg: str = mermaidx.render(diagram).svg()
    width, height = SIZE.search(svg).groups()  # type: ignore[union-attr]
    # As a picture of its own it has no page from which it could take its size.
    return svg.replace('width="100%"', f'width="{width}" height="{height}"', 1)


def _plain(title: str) -> str:
    return re.sub(r"([\[\]\\*_`<>])", r"\\\1", title)
