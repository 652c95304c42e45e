"""The look of the lessons' Mermaid diagrams, and what they show in words.

JupyterLab draws a diagram once, as a picture, in the theme it has then. So `sync` writes colours into each
diagram that can be read on a light page and on a dark one: white words in boxes of a middle tone, and words
of a middle tone, half bold, where there is no box.
"""

import json
import re

from authoring.lesson import Lesson


FENCE = re.compile(r"(?<=^```mermaid\n)(.*?)(?=^```)", re.DOTALL | re.MULTILINE)
ARROW = re.compile(
    r"^\s*(\w[\w ]*?)\s*(?:-->>|->>|--x|-x|--\)|-\))\s*(\w[\w ]*?)\s*:\s*(.+?)\s*$", re.MULTILINE
)
INK, BOX, NOTE, TONE = "#ffffff", "#3a78b8", "#937022", "#717b87"
VARIABLES = {
    "primaryColor": BOX,
    "primaryBorderColor": BOX,
    "primaryTextColor": INK,
    "lineColor": TONE,
    "signalColor": TONE,
    "signalTextColor": TONE,
    "actorLineColor": TONE,
    "noteBkgColor": NOTE,
    "noteBorderColor": NOTE,
    "noteTextColor": INK,
}
RULES = (
    f".edgeLabel, .edgeLabel p, .labelBkg {{ background: none; color: {TONE}; font-weight: 600 }} "
    # Above its line, not on it.
    ".edgeLabels { transform: translateY(-13px) } "
    ".actor, .note, .node rect { rx: 6px; ry: 6px } .actor-line { stroke-opacity: 0.6 }"
)
# Narrow, with long words on several lines: JupyterLab shrinks a picture that is wider than its window.
SEQUENCE = {
    "messageFontWeight": 600,
    # Mermaid breaks lines by this font; another one in the picture would make them longer than they may be.
    "messageFontFamily": "sans-serif",
    "mirrorActors": False,
    "height": 44,
    "width": 130,
    "actorMargin": 58,
    "wrap": True,
    # Lines may get longer than their arrow by twice this. With 0, Mermaid draws all of them in one place.
    "wrapPadding": 1,
}
FLOWCHART = {"rankSpacing": 42, "padding": 12}
SETTINGS = {
    "theme": "base",
    "themeVariables": VARIABLES,
    "themeCSS": RULES,
    "sequence": SEQUENCE,
    "flowchart": FLOWCHART,
}
LOOK = f"%%{{init: {json.dumps(SETTINGS)}}}%%"


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
        # Rewritten each time, so that it is what the diagram shows.
        lines = [line for line in lines if not _is_title(line)]
    if not any(map(_is_title, lines)):
        lines.insert(1, f"    accTitle: {messages or otherwise}")
    return "\n".join([LOOK, *lines, ""])


def _is_title(line: str) -> bool:
    return line.strip().startswith("accTitle:")


def _messages(diagram: str) -> str:
    arrows = (f"{sender} to {receiver}: {text}" for sender, receiver, text in ARROW.findall(diagram))
    return " · ".join(arrows).replace("<br/>", " ")
