"""Buttons that pull a client's cable and plug it in again; methods do the same."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio.to_thread import run_sync
from traitlets import Bool, Unicode

from websocket_lab.client.client_loop import client_loop
from websocket_lab.display.card import safe
from websocket_lab.display.look import stylesheet
from websocket_lab.display.subshell_widget import SubshellWidget
from websocket_lab.display.widget_bundle import widget_bundle


if TYPE_CHECKING:
    from websocket_lab.widgets.wire_tap import WireTap


class FaultButtons(SubshellWidget):
    """The cable of one client, or of everyone: in words, with buttons.

    Args:
        tap: The tap that the cable runs through.
        name: Whose cable it is; everyone's, if left out.
    """

    _esm = Path(__file__).with_name("fault_buttons.js")
    _css = stylesheet("widgets/fault_buttons.css")

    whose = Unicode().tag(sync=True)
    is_pulled = Bool().tag(sync=True)
    words = Unicode().tag(sync=True)

    def __init__(self, tap: "WireTap", name: str | None = None) -> None:
        self._tap = tap
        self._name = name
        self._actions: dict[str, Callable[[], None]] = {
            "pull": self.pull,
            "plug in": self.plug_in,
            "reset": self.reset,
        }
        super().__init__(whose=f"{name}'s cable" if name else "Everyone's cable")
        self._show()
        self.add_class("wsl-host")
        self.on_msg(self._hear)
        tap.on_change(self._show)

    def pull(self) -> None:
        """Pull the cable: nothing passes, and nobody is told."""
        self._tap.freeze(name=self._name)

    def plug_in(self) -> None:
        """Plug the cable in: everything passes again, first what was kept back."""
        self._tap.thaw(name=self._name)

    def reset(self) -> None:
        """Reset the connection: both sides are told at once."""
        self._tap.cut(self._name)

    def __repr__(self) -> str:
        """Return in words whose cable it is, and how it is."""
        return f"{self.whose}: {self.words}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the live buttons, and beside them what is shown where there is no kernel."""
        return widget_bundle(self.model_id, repr(self), f"<p>{safe(repr(self))}</p>")

    def _show(self) -> None:
        is_pulled = self._tap.is_frozen(self._name)
        self.is_pulled = is_pulled
        self.words = "pulled: nothing passes" if is_pulled else "plugged in"

    def _hear(self, _: SubshellWidget, request: dict[str, Any], __: object) -> None:
        # Orders wait for the taps' loop; the thread of this callback must not.
        action = self._actions.get(str(request.get("action")))
        if action:
            client_loop().start_task_soon(run_sync, action)
