"""A tap on the wire between clients and a server: see what crosses, and disturb it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from anyio.to_thread import run_sync
from traitlets import Bool, Unicode

from websocket_lab.client.client_loop import client_loop
from websocket_lab.display.card import safe
from websocket_lab.display.look import stylesheet
from websocket_lab.display.subshell_widget import SubshellWidget
from websocket_lab.display.widget_bundle import widget_bundle
from websocket_lab.server.addresses import address, check_port
from websocket_lab.server.cell_registry import CellRegistry
from websocket_lab.server.server_reason import Trouble, note_listener
from websocket_lab.widgets.tap_view import TapView
from websocket_lab.wire.faults import CUT, Direction, FaultBook, FaultName, Order, WireFaults
from websocket_lab.wire.proxy import TapServer, tap_loop
from websocket_lab.wire.recorder import BufferedRecorder


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


class Server(Protocol):
    """What a tap needs to know of a server: on which port of 127.0.0.1 it listens."""

    port: int


class WireTap(BufferedRecorder, WireFaults):
    """Listens on a port of its own, passes everything on to `server` and back, and records it.

    Args:
        server: A BackgroundServer, or anything with a `port`.
        port: The tap's TCP port; 0 takes a free one, and the same one again when the cell is run again.
    """

    def __init__(self, server: Server, *, port: int = 0) -> None:
        super().__init__()
        check_port(port)
        if not hasattr(server, "port"):
            raise TypeError(
                f"A tap takes a server, such as a BackgroundServer, not a {type(server).__name__}."
            )
        self.port = port
        self.server = server
        self.is_running = False
        self._book = FaultBook()
        self._tap = TapServer(lambda: self.server.port, self, self._book)

    def start(self) -> Self:
        """Return this tap once it listens, in place of one that the same cell started before.

        Raises:
            ValueError: The server has no port yet.
            OSError: The tap's port is taken.
        """
        if not self.server.port:
            raise ValueError("The server has no port yet. Start it first, then tap its wire.")

        self.stop()
        replaced = _taps.replace(self)
        self.port = tap_loop().call(self._tap.start, self.port, replaced.port if replaced else 0)
        self.is_running = True
        note_listener(self.port, self)
        return self

    @property
    def app(self) -> object:
        """The app that the server serves, as far as the server knows it."""
        return getattr(self.server, "app", None)

    @property
    def last_trouble(self) -> Trouble | None:
        """What last went wrong in the server's app, as far as the server knows of anything."""
        return getattr(self.server, "last_trouble", None)

    def stop(self) -> None:
        """Drop every connection and listen no more; what was recorded stays."""
        if self.is_running:
            self.is_running = False
            tap_loop().call(self._tap.stop)

    def url(self, path: str = "/") -> str:
        """Return the WebSocket address of `path` through the tap."""
        return address("ws", self.port, path)

    def http_url(self, path: str = "/") -> str:
        """Return the HTTP address of `path` through the tap."""
        return address("http", self.port, path)

    def cut(self, name: str | None = None) -> None:
        """Reset the connections that are open now, both to the client and to the server."""
        tap_loop().call(self._cut, name)

    def is_frozen(self, name: str | None = None) -> bool:
        """Return whether a client's wire is frozen, or everyone's, in at least one direction."""
        names = [name] if name else []
        return any(self._book.conditions(way, names).is_frozen for way in (True, False))

    def view(self, last: int = 30, name: str | None = None, without: Sequence[str] = ()) -> TapView:
        """Return a live diagram of the last arrows: all, or those on one client's lane.

        Args:
            last: How many arrows.
            name: Whose lane; everyone's, if left out.
            without: Arrows with one of these words are left out, such as `["ping", "pong"]`.
        """
        return TapView(self, last, name, without)

    def buttons(self, name: str | None = None) -> FaultButtons:
        """Return buttons that pull a client's cable, or everyone's, and plug it in again."""
        return FaultButtons(self, name)

    def __enter__(self) -> Self:
        """Start the tap, unless it runs already."""
        return self if self.is_running else self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop the tap."""
        self.stop()

    def __repr__(self) -> str:
        """Say where the tap listens and what it has seen."""
        where = f"{self.url()} → port {self.server.port}" if self.is_running else "stopped"
        return f"<wire tap, {where}, {len(self.connections)} connections>"

    def _order(
        self, fault: FaultName, value: float | None, words: str, direction: Direction, name: str | None
    ) -> None:
        tap_loop().call(self._obey, self._new_order(fault, value, words, name), direction)

    def _obey(self, order: Order, direction: Direction) -> None:
        self._book.add(order, direction)
        for link in self._tap.links:
            link.suffer(order)
        self._tell()

    def _cut(self, name: str | None) -> None:
        for link in self._tap.links:
            if name is None or name in link.names:
                self.note(link.connection, CUT)
                link.cut()


_taps = CellRegistry(WireTap.stop)
