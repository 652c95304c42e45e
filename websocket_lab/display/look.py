"""The look of the course's widgets: one shared stylesheet, and one of its own for each widget."""

from pathlib import Path


PACKAGE = Path(__file__).parent.parent


def stylesheet(name: str) -> str:
    """Return the shared stylesheet followed by the widget's own, such as `widgets/client_panel.css`."""
    return "\n".join((PACKAGE / file).read_text(encoding="utf-8") for file in ("display/look.css", name))
