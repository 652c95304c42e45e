"""The wire in a notebook: a diagram that grows while messages cross, and the same as text."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from typing import Any

from anywidget import AnyWidget
from traitlets import Unicode

from websocket_lab.display.card import safe
from websocket_lab.display.look import stylesheet
from websocket_lab.display.sequence_diagram import SequenceDiagram
from websocket_lab.display.widget_bundle import widget_bundle
from websocket_lab.server.cell_registry import CellRegistry
from websocket_lab.wire.recorder import WireRecorder


SHORTEST_PAUSE = 0.1


class Repainter:
    """Calls `paint` in a thread of its own, once for all the changes that come together.

    Args:
        paint: Draws what there is now.
    """

    def __init__(self, paint: Callable[[], None]) -> None:
        self._paint = paint
        self._is_due = False
        self._next_time = 0.0
        self._turn = Lock()

    def soon(self) -> None:
        """Paint soon; any thread may say so, and does not wait for the picture."""
        with self._turn:
            if self._is_due:
                return
            self._is_due = True
            timer = Timer(max(0.0, self._next_time - monotonic()), self._paint_now)
        timer.daemon = True
        timer.start()

    def _paint_now(self) -> None:
        with self._turn:
            # What comes from now on may miss this picture, so it asks for another one.
            self._is_due = False
            self._next_time = monotonic() + SHORTEST_PAUSE
        self._paint()


class TapView(AnyWidget):
    """The last arrows on the wire, live.

    Args:
        recorder: The tap, or another recorder.
        last: How many arrows are shown.
        name: Whose lane is shown; everyone's, if left out.
        without: Arrows with one of these words are left out.
    """

    _esm = Path(__file__).with_name("tap_view.js")
    _css = stylesheet("widgets/tap_view.css")

    title = Unicode().tag(sync=True)
    svg = Unicode().tag(sync=True)
    text = Unicode().tag(sync=True)

    def __init__(
        self,
        recorder: WireRecorder,
        last: int = 30,
        name: str | None = None,
        without: Sequence[str] = (),
    ) -> None:
        self._recorder = recorder
        self._last = last
        self._name = name
        self._without = without
        self._is_live = True
        diagram = self.diagram
        super().__init__(title=title_of(name, without), svg=diagram.svg, text=diagram.text)
        self.add_class("wsl-host")
        self._repainter = Repainter(self._paint)
        recorder.on_change(self._paint_soon)
        _views.replace(self)
        # What crossed since the first picture was drawn.
        self._paint_soon()

    @property
    def diagram(self) -> SequenceDiagram:
        """What is shown now."""
        return self._recorder.diagram(self._last, self._name, self._without)

    def freeze(self) -> None:
        """Leave the picture as it is from now on."""
        self._is_live = False

    def __repr__(self) -> str:
        """Return the diagram as text."""
        return self.diagram.text

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the live view, and beside it what is shown where there is no kernel."""
        diagram = self.diagram
        html = f"<p><strong>{safe(self.title)}</strong></p>{diagram.html}"
        return widget_bundle(self.model_id, diagram.text, html)

    def _paint_soon(self) -> None:
        if self._is_live:
            self._repainter.soon()

    def _paint(self) -> None:
        diagram = self.diagram
        # One that was due already when the view was frozen comes too late.
        if self._is_live:
            with self.hold_sync():
                self.svg, self.text = diagram.svg, diagram.text


def title_of(name: str | None, without: Sequence[str]) -> str:
    """Return what a view shows, and what it leaves out."""
    rest = f", without {' and '.join(without)}" if without else ""
    return f"{name or 'Everyone'} on the wire{rest}"


_views = CellRegistry(TapView.freeze)
