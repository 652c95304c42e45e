"""A card: words in a calm frame below a cell, and the same as text."""

from dataclasses import dataclass
from html import escape
from typing import Any

from websocket_lab.display.look import stylesheet
from websocket_lab.server.safe_text import visible


# The arrow keys scroll what has the focus; JupyterLab would take them for its own commands.
SCROLLED_BY_KEYS = 'tabindex="0" data-lm-suppress-shortcuts="true"'


@dataclass(frozen=True)
class Card:
    """Something to read, as HTML and as text.

    Args:
        text: What it says.
        body: The same as HTML, with everything in it escaped.
        label: What a screen reader calls it.
        wide: Whether it takes all the width that there is.
    """

    text: str
    body: str
    label: str
    wide: bool = False

    def __repr__(self) -> str:
        """Return the card as text."""
        return visible(self.text)

    def _repr_html_(self) -> str:
        """Return the card as HTML that follows JupyterLab's theme."""
        look = "wsl wsl-card wsl-wide" if self.wide else "wsl wsl-card"
        style = f"<style>{stylesheet('display/card.css')}</style>"
        return f'{style}<div class="{look}" role="group" aria-label="{safe(self.label)}">{self.body}</div>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return both."""
        return {"text/plain": repr(self), "text/html": self._repr_html_()}


def note(title: str, *sentences: str) -> Card:
    """Return a card with a title and a paragraph for each sentence; `code` in backticks is set as code."""
    paragraphs = "".join(f"<p>{with_code(sentence)}</p>" for sentence in sentences)
    return Card("\n".join([title, *sentences]), f"{heading(title)}{paragraphs}", title)


def heading(title: str) -> str:
    """Return a card's title as HTML, `code` in backticks set as code."""
    return f'<p class="wsl-title">{with_code(title)}</p>'


def scroll_box(picture: str, label: str) -> str:
    """Return the picture in a box that scrolls sideways, by keyboard too, where there is little room."""
    box = f'<div class="wsl-scroll" role="group" aria-label="{safe(label)}" {SCROLLED_BY_KEYS}>'
    return f"{box}{picture}</div>"


def with_code(sentence: str) -> str:
    """Return the sentence as HTML, with what is between backticks as code."""
    parts = safe(sentence).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def safe(text: str) -> str:
    """Return the text as it stands in HTML, where even half a surrogate pair must be shown somehow."""
    return escape(visible(text), quote=True)
