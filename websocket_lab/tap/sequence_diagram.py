"""Who sent what to whom, in order: as a picture (SVG) and as the same in text."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from websocket_lab.tap.sequence_arrow import Arrow, Kind, readable
from websocket_lab.tap.sequence_drawing import draw
from websocket_lab.widgets.card import SCROLLED_BY_KEYS, safe, scroll_box
from websocket_lab.widgets.look import stylesheet


__all__ = ["Arrow", "Kind", "SequenceDiagram"]

NOTHING = "Nothing has crossed yet."


class SequenceDiagram:
    """Arrows between the server and its clients, one lane for each client.

    Args:
        clients: The names of the lanes, from left to right.
        arrows: What crossed, oldest first.
        hidden: How many arrows came before these.
    """

    def __init__(self, clients: Sequence[str], arrows: Sequence[Arrow], *, hidden: int = 0) -> None:
        self.arrows = tuple(arrows)
        self.clients = tuple(dict.fromkeys([*clients, *(arrow.client for arrow in arrows)]))
        self.hidden = hidden

    @property
    def svg(self) -> str:
        """The picture: an `<svg>` that follows JupyterLab's theme, with everything in it escaped."""
        note = self.hidden_words if self.hidden else "" if self.arrows else NOTHING
        return draw(self.clients, self.rows, title=self.summary, note=note)

    @property
    def picture(self) -> str:
        """The picture in a box that scrolls where there is little room."""
        return scroll_box(self.svg, "Diagram; the same as text below")

    @property
    def text(self) -> str:
        """The same in text, one line for each arrow."""
        lines = aligned(self.arrows) or ([] if self.hidden else [NOTHING])
        return "\n".join([self.hidden_words, *lines] if self.hidden else lines)

    @property
    def hidden_words(self) -> str:
        """How many arrows came before these, in words."""
        return f"… {self.hidden:,} earlier {'arrow' if self.hidden == 1 else 'arrows'}"

    @property
    def summary(self) -> str:
        """What the picture shows, in one sentence."""
        lanes = ", ".join(map(readable, self.clients)) or "no client yet"
        count = f"{len(self.arrows)} {'arrow' if len(self.arrows) == 1 else 'arrows'}"
        return f"Sequence diagram: {count} between the server and {lanes}"

    @property
    def rows(self) -> list[list[Arrow]]:
        """The arrows that share a height: a broadcast to several clients is one row."""
        rows = [[arrow] for arrow in self.arrows[:1]]
        for before, arrow in pairwise(self.arrows):
            if _is_fan_out(before, arrow) and arrow.client not in {other.client for other in rows[-1]}:
                rows[-1].append(arrow)
            else:
                rows.append([arrow])
        return rows

    def __repr__(self) -> str:
        """Return the diagram as text."""
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return the picture with the same text folded below it."""
        return {"text/plain": self.text, "text/html": self.html}

    @property
    def html(self) -> str:
        """The picture, and the same as text to unfold."""
        return (
            f"<style>{stylesheet('tap/diagram_card.css')}</style>"
            f'<div class="wsl wsl-diagram" role="group" aria-label="{safe(self.summary)}">'
            f"{self.picture}{folded_text(self.text)}</div>"
        )


def folded_text(text: str) -> str:
    """Return as HTML the text of a picture, to unfold below it."""
    return f"<details><summary>The same as text</summary><pre {SCROLLED_BY_KEYS}>{safe(text)}</pre></details>"


def aligned(arrows: Iterable[Arrow]) -> list[str]:
    """Return the arrows as lines whose columns stand below each other."""
    cells = [str(arrow).split("   ", 1) for arrow in arrows]
    width = max((len(way) for way, _ in cells), default=0)
    return [f"{way:<{width}}   {rest}" for way, rest in cells]


def _is_fan_out(before: Arrow, arrow: Arrow) -> bool:
    if before.to_server or arrow.to_server:
        return False

    return (before.label, before.kind, before.mark) == (arrow.label, arrow.kind, arrow.mark)
