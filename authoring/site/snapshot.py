"""What a notebook's widgets look like, as HTML that needs no kernel: this runs in the notebook's kernel."""

from collections.abc import Iterable
from functools import singledispatch
from html import escape

from IPython.display import display
from ipywidgets import Box, Button, IntProgress, Label, VBox, Widget  # type: ignore[import-untyped]
from ipywidgets.widgets.widget import _instances  # type: ignore[import-untyped]

from websocket_lab import ClientPanel, Prediction
from websocket_lab.widgets.panel_renderer import Row, row
from websocket_lab.widgets.prediction import wrong_guesses


SNAPSHOT = "application/vnd.websocket-lab.snapshot+json"
MOST_ROWS = 20
ARROWS = {"sent": "→", "received": "←", "event": "·"}


def show_snapshot() -> None:
    """Display the HTML of every widget that lives in this kernel, by the id of its model."""
    # There is no public list of all widgets that are alive.
    pictures = {model: as_html(widget) for model, widget in list(_instances.items()) if is_shown(widget)}
    display({SNAPSHOT: pictures}, raw=True)  # type: ignore[no-untyped-call]


def is_shown(widget: Widget) -> bool:
    """Return whether a cell can display the widget: layouts and styles are widgets, too."""
    return hasattr(widget, "_repr_mimebundle_") and "_view_name" in widget.keys and bool(widget._view_name)


@singledispatch
def as_html(widget: Widget) -> str:
    """Return the widget as HTML: what it shows itself where there is no kernel."""
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return str(data.get("text/html") or f"<pre>{escape(data['text/plain'])}</pre>")


@as_html.register
def _(box: Box) -> str:
    look = " ".join(["site-column" if isinstance(box, VBox) else "site-row", *box._dom_classes])
    return f'<div class="{look}">{"".join(map(as_html, box.children))}</div>'


@as_html.register
def _(label: Label) -> str:
    return f"<p>{escape(label.value)}</p>"


@as_html.register
def _(_button: Button) -> str:
    return ""


@as_html.register
def _(bar: IntProgress) -> str:
    name = escape(bar.description)
    bar_html = f'<progress value="{bar.value}" max="{bar.max}" aria-label="{name or "Progress"}"></progress>'
    return f"<p>{name} {bar_html}</p>"


@as_html.register
def _(panel: ClientPanel) -> str:
    name, face = escape(panel.name), panel.face
    people = "".join(f"<span>{escape(face[part])}</span>" for part in ("online", "typing") if face[part])
    alert = f'<div class="wsl-alert">{escape(face["alert"])}</div>' if face["alert"] else ""
    return (
        f'<div class="wsl wsl-panel" role="group" aria-label="{name}\'s client"><div class="wsl-head">'
        f'<span class="wsl-initial" aria-hidden="true">{name[:1]}</span>'
        f'<div><div class="wsl-name">{name}</div><div class="wsl-url">{escape(panel.url)}</div></div>'
        f'<div class="wsl-state"><span class="wsl-badge" data-state="{escape(face["state"])}">'
        f'{escape(face["words"])}</span></div></div><div class="wsl-wire">'
        f'<div class="wsl-log" tabindex="0" role="group" aria-label="{name}\'s messages">{_log(panel)}</div>'
        f'<div class="wsl-people">{people}</div>{alert}</div></div>'
    )


def _log(panel: ClientPanel) -> str:
    log = panel.client.log
    earlier = len(log) - MOST_ROWS
    note = f'<div class="wsl-earlier">… {earlier:,} earlier rows</div>' if earlier > 0 else ""
    return note + "".join(_row(row(entry)) for entry in log[-MOST_ROWS:])


def _row(shown: Row) -> str:
    direction = shown["direction"]
    note = f' <span class="wsl-note">{escape(shown["note"])}</span>' if shown["note"] else ""
    spoken = "" if direction == "event" else direction
    return (
        f'<div class="wsl-row" data-direction="{direction}"><span class="wsl-time">{shown["time"]}</span>'
        f'<span class="wsl-arrow" aria-hidden="true">{ARROWS[direction]}</span>'
        f'<span class="wsl-text"><span class="wsl-spoken">{spoken}</span>'
        f"{escape(shown['text'])}{note}</span></div>"
    )


@as_html.register
def _(guess: Prediction) -> str:
    # Options of one name: opening one closes the others, without a script.
    options = "".join(_option(option, meaning, guess.model_id) for option, meaning in _meanings(guess))
    question = escape(guess.question)
    return (
        f'<div class="wsl wsl-prediction" role="group" aria-label="Predict: {question}">'
        f'<p class="site-question"><span class="wsl-eyebrow">Predict</span>{question}</p>{options}</div>'
    )


def _meanings(guess: Prediction) -> Iterable[tuple[str, str]]:
    wrong = wrong_guesses().get(guess.question, {})
    for option in guess.options:
        if not guess.answer:
            yield option, "The answer depends on what you do next."
        elif option == guess.answer:
            yield option, f"✓ Right. {guess.outcome.removeprefix('You made no prediction. ')}"
        else:
            yield option, f"✗ Not so. {wrong.get(option, '')}".strip()


def _option(option: str, meaning: str, group: str) -> str:
    return f'<details name="{group}"><summary>{escape(option)}</summary><p>{escape(meaning)}</p></details>'
