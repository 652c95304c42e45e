"""The look of the course's widgets: one shared stylesheet, and one of its own for each widget."""

from pathlib import Path


FOLDER = Path(__file__).parent


def stylesheet(name: str) -> str:
    """Return the shared stylesheet with the widget's own `name` behind it."""
    return "\n".join((FOLDER / file).read_text(encoding="utf-8") for file in ("look.css", name))
