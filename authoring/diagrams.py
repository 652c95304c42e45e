"""The look of the lessons' Mermaid diagrams, and what they show in words.

JupyterLab draws a diagram once, in the theme it has then. So the colours can be read on a light page
and on a dark one, and `sync` writes them into each diagram.
"""

import json
import re

from authoring.lesson import Lesson


FENCE = re.compile(r"(?<=^```mermaid\n)(.*?)(?=^```)", re.DOTALL | re.MULTILINE)
ARROW = re.compile(
    r"^\s*(\w[\w ]*?)\s*(?:-->>|->>|--x|-x|--\)|-\))\s*(\w[\w ]*?)\s*:\s*(.+?)\s*$", re.MULTILINE
)
INK, PALE, LINE = "#17212b", "#e8edf2", "#7a8490"
VARIABLES = {
    "primaryColor": "#dbe7f5",
    "primaryBorderColor": "#5b8dc4",
    "primaryTextColor": INK,
    "lineColor": LINE,
    "signalColor": LINE,
    "signalTextColor": INK,
    "actorLineColor": LINE,
    "noteBkgColor": "#f3ecd6",
    "noteBorderColor": "#b59a4d",
    "noteTextColor": INK,
    "edgeLabelBackground": PALE,
}
# Words that stand on the page itself get a pale ground of their own.
RULES = f".messageText {{ paint-order: stroke; stroke: {PALE}; stroke-width: 7px; stroke-linejoin: round }}"
LOOK = f"%%{{init: {json.dumps({'theme': 'base', 'themeVariables': VARIABLES, 'themeCSS': RULES})}}}%%"


def with_look(markdown: str, otherwise: str) -> str:
    """Return the text with its diagrams in the course's look, each with a title for those who do not see it.

    Args:
        otherwise: The title of a diagram that is no list of messages and that its author gave none.
    """
    return FENCE.sub(lambda fence: _dressed(fence[1], otherwise), markdown)


def dress_diagrams(lesson: Lesson) -> None:
    """Give every diagram of the lesson the course's look, and a title."""
    for cell in lesson.markdown:
        cell.node.source = with_look(cell.source, lesson.promise or lesson.title)


def _dressed(diagram: str, otherwise: str) -> str:
    lines = [line for line in diagram.splitlines() if not line.startswith("%%{init:")]
    messages = _messages(diagram)
    if messages:
        # Written anew each time, so that it is what the diagram shows.
        lines = [line for line in lines if not _is_title(line)]
    if not any(map(_is_title, lines)):
        lines.insert(1, f"    accTitle: {messages or otherwise}")
    return "\n".join([LOOK, *lines, ""])


def _is_title(line: str) -> bool:
    return line.strip().startswith("accTitle:")


def _messages(diagram: str) -> str:
    arrows = (f"{sender} to {receiver}: {text}" for sender, receiver, text in ARROW.findall(diagram))
    return " · ".join(arrows)
