"""A widget for a live notebook, with a text and an HTML page for a reader without a kernel."""

from typing import Any


WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def widget_bundle(model_id: str, text: str, html: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the data and metadata that Jupyter displays: the richest that the reader's side can show."""
    view = {"version_major": 2, "version_minor": 1, "model_id": model_id}
    return {"text/plain": text, "text/html": html, WIDGET_VIEW: view}, {}
