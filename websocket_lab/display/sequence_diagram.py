"""A sequence diagram: who sent what to whom, in order, drawn as SVG and written as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import accumulate, pairwise
from pathlib import Path
from unicodedata import east_asian_width

from websocket_lab.display.card import SCROLLED_BY_KEYS, safe, scroll_box
from websocket_lab.display.look import stylesheet
from websocket_lab.display.sequence_arrow import Arrow, Kind, readable


WIDTH = 600
SERVER_X = 46
LAST_X = 548
SHORTEST_STEP = 96
HEAD = 48
ROW = 34
# Between the arrows of one broadcast.
FAN = 9
# For a mark below its arrow.
MARK = 17
# Drawn smaller than this, its words could hardly be read.
SMALLEST = 0.9
CHARACTER = 7.25
MARK_CHARACTER = 7.6
SYMBOLS = {Kind.FAULT: "↯ ", Kind.BAD: "✗ "}
NOTHING = "Nothing has crossed yet."


@dataclass(frozen=True)
class Lanes:
    """Where each lane stands, and how wide the whole is."""

    places: dict[str, float]
    step: float
    width: float
    height: float


def draw(clients: Sequence[str], rows: Sequence[Sequence[Arrow]], *, title: str, note: str) -> str:
    """Return one `<svg>` element: arrows that share a row stand at one height."""
    first = HEAD + (22 if note else 0) + 26
    below = list(accumulate(map(_height, rows), initial=first))
    lanes = _lanes(clients, max(below[-1], first + ROW) - 8)
    drawn = [_row(row, lanes, y) for row, y in zip(rows, below[:-1], strict=True)]
    size = f'width="{lanes.width:g}" height="{lanes.height:g}" viewBox="0 0 {lanes.width:g} {lanes.height:g}"'
    least = f'style="min-width: {SMALLEST * lanes.width:g}px"'
    title = escape(title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wsl-sequence" role="img" aria-label="{title}" '
        f"{size} {least}>"
        f"<title>{title}</title><style>{_style()}</style>"
        f"{_lifelines(lanes)}{_note(note)}{''.join(drawn)}{_names(lanes)}</svg>"
    )


def _lanes(clients: Sequence[str], height: float) -> Lanes:
    step = max((LAST_X - SERVER_X) / max(1, len(clients)), SHORTEST_STEP)
    places = {name: SERVER_X + step * (number + 1) for number, name in enumerate(clients)}
    return Lanes(places, step, max(WIDTH, max(places.values(), default=0) + WIDTH - LAST_X), height)


def _lifelines(lanes: Lanes) -> str:
    xs = [SERVER_X, *lanes.places.values()]
    return "".join(f'<path class="wsl-life" d="M{x:.1f} {HEAD - 12} V{lanes.height - 4:.1f}"/>' for x in xs)


def _names(lanes: Lanes) -> str:
    half = min(lanes.step - 8, 96) / 2
    server = _name("server", SERVER_X, 38, "wsl-lane wsl-server")
    others = "".join(_name(name, x, half, "wsl-lane") for name, x in lanes.places.items())
    # A view that scrolls keeps them in sight, above the arrows.
    ground = f'<rect class="wsl-ground" width="{lanes.width:g}" height="{HEAD - 10}"/>'
    return f'<g class="wsl-names">{ground}{server}{others}</g>'


def _name(name: str, x: float, half: float, look: str) -> str:
    shown = escape(shorten(readable(name), half * 2 - 10))
    return (
        f'<g class="{look}"><rect x="{x - half:.1f}" y="6" width="{half * 2:.1f}" height="28" rx="8"/>'
        f'<text x="{x:.1f}" y="24.5" text-anchor="middle">{shown}</text></g>'
    )


def _note(words: str) -> str:
    return f'<text class="wsl-note" x="{SERVER_X + 12}" y="{HEAD + 14}">{words}</text>' if words else ""


def _height(row: Sequence[Arrow]) -> float:
    return ROW + FAN * (len(row) - 1) + (MARK if row[0].mark else 0)


def _row(row: Sequence[Arrow], lanes: Lanes, y: float) -> str:
    arrow = row[0]
    whole = escape("\n".join(map(str, row)))
    look = f"wsl-arrow wsl-{arrow.kind}" + (" wsl-marked" if arrow.mark else "")
    size = f'width="{lanes.width - 4:g}" height="{_height(row) - 2:g}"'
    band = f'<rect class="wsl-band" x="2" y="{y - 23:.1f}" {size} rx="6"/>' if arrow.mark else ""
    nearest_first = sorted(row, key=lambda one: lanes.places[one.client])
    lines = [_line(one, lanes, y + FAN * number) for number, one in enumerate(nearest_first)]
    words = _label(arrow, lanes, y - 7) + _mark(arrow, lanes, y + _height(row) - ROW)
    return f'<g class="{look}"><title>{whole}</title>{band}{"".join(lines)}{words}</g>'


def _line(arrow: Arrow, lanes: Lanes, y: float) -> str:
    end = lanes.places[arrow.client]
    line = f'<path class="wsl-line" d="M{SERVER_X} {y:.1f} H{end:.1f}"/>'
    if arrow.kind is Kind.FAULT:
        return line

    if arrow.to_server:
        return line + _dot(end, y) + _head(SERVER_X, y, 1)
    return line + _dot(SERVER_X, y) + _head(end, y, -1)


def _dot(x: float, y: float) -> str:
    return f'<circle class="wsl-tip" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _head(x: float, y: float, way: int) -> str:
    return f'<path class="wsl-tip" d="M{x:.1f} {y:.1f} l{way * 9} -4 v8 z"/>'


def _label(arrow: Arrow, lanes: Lanes, y: float) -> str:
    label = shorten(SYMBOLS.get(arrow.kind, "") + readable(arrow.label), lanes.width - SERVER_X - 22)
    return f'<text class="wsl-label" x="{SERVER_X + 13}" y="{y:.1f}">{escape(label)}</text>'


def _mark(arrow: Arrow, lanes: Lanes, y: float) -> str:
    if not arrow.mark:
        return ""
    words = f"✗ {readable(arrow.mark)}"
    half = len(words) * MARK_CHARACTER / 2 + 6
    # In the lane of the client that it is about.
    x = min(max(lanes.places[arrow.client], half), lanes.width - half)
    return f'<text class="wsl-mark" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(words)}</text>'


def shorten(text: str, pixels: float) -> str:
    """Return `text`, without its middle where it is too wide: both ends of a message tell something."""
    room = int(pixels / CHARACTER)
    if _width(text) <= room:
        return text

    tail = _fitting(text[::-1], room // 3)[::-1]
    return f"{_fitting(text, room - 1 - _width(tail))}…{tail}"


def _fitting(text: str, room: int) -> str:
    widths = accumulate(map(_width, text))
    return "".join(sign for sign, width in zip(text, widths, strict=True) if width <= room)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


@cache
def _style() -> str:
    return Path(__file__).with_name("sequence_diagram.css").read_text(encoding="utf-8")


__all__ = ["Arrow", "Kind", "SequenceDiagram"]


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
            f"<style>{stylesheet('display/diagram_card.css')}</style>"
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
