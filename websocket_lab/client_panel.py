"""The panel that shows a live client in a notebook: a thin face, everything it does is done by `LiveClient`."""

from asyncio import Lock
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from anyio.to_thread import run_sync
from anywidget import AnyWidget
from traitlets import Dict, Unicode

from websocket_lab.cell_registry import CellRegistry
from websocket_lab.client_log import LogEntry
from websocket_lab.client_loop import client_loop
from websocket_lab.connection_state import ConnectFailed, State
from websocket_lab.live_client import Expected, LiveClient, Message
from websocket_lab.look import stylesheet
from websocket_lab.panel_face import state_words
from websocket_lab.panel_painter import PanelPainter
from websocket_lab.panel_twin import html_twin, text_twin
from websocket_lab.subshell_comm import open_beside_cells


class ClientPanel(AnyWidget):
    """A client with a face: type and click in it, or call the same actions as methods.

    Args:
        url: The endpoint's address, such as `server.url("/ws")`.
        name: Who this client is.
        compose: What Send makes of the typed text before it is sent; as it is, if left out.
        deadline: Seconds that a method may take before it raises TimeoutError.
        connect_options: Passed to `websockets.asyncio.client.connect`.
    """

    _esm = Path(__file__).with_name("client_panel.js")
    _css = stylesheet("client_panel.css")

    name = Unicode().tag(sync=True)
    url = Unicode().tag(sync=True)
    face = Dict().tag(sync=True)

    def __init__(
        self,
        url: str,
        name: str = "Ana",
        *,
        compose: Callable[[str], Message] | None = None,
        deadline: float = 5.0,
        **connect_options: Any,
    ) -> None:
        self.client = LiveClient(url, name, deadline=deadline, **connect_options)
        self._compose = compose or str
        self._painter = PanelPainter(self.client, self._show_face, super().send)
        self._turn = Lock()
        super().__init__(name=name, url=url, face=dict(self._painter.face()))
        self.add_class("wsl-host")
        self.on_msg(self._hear)
        self.client.on_change(self._painter.paint_soon)
        _panels.replace(self)

    def connect(self) -> Self:
        """Open the connection and return this panel; raise ConnectFailed where that does not succeed."""
        try:
            self.client.connect()
        except ConnectFailed as failure:
            client_loop().call(self._painter.note_status, failure.status)
            raise

        return self

    def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection with a close frame; without a connection do nothing."""
        self.client.disconnect(code, reason)

    def send(self, message: Message) -> None:
        """Send a text message (str) or a binary one (bytes), as it is."""
        self.client.send(message)

    def send_json(self, value: Any) -> None:
        """Send `value` as JSON in a text message."""
        self.client.send_json(value)

    def type(self, text: str) -> None:
        """Do what typing `text` and pressing Enter does."""
        self.client.send(self._compose(text))

    def receive(self, deadline: float | None = None) -> Message:
        """Return the next message that has not been read."""
        return self.client.receive(deadline)

    def receive_json(self, deadline: float | None = None) -> Any:
        """Return the next unread message, parsed as JSON."""
        return self.client.receive_json(deadline)

    def wait_for(self, expected: Expected, deadline: float | None = None) -> Message:
        """Read on until a message equals `expected`, or satisfies it if it is a function, and return it."""
        return self.client.wait_for(expected, deadline)

    def wait_closed(self, deadline: float | None = None) -> int:
        """Wait until the connection is closed and return its close code."""
        return self.client.wait_closed(deadline)

    def vanish(self) -> None:
        """Reset the TCP connection without a close frame, as a crash or a pulled cable does."""
        self.client.vanish()

    def pause_reading(self) -> None:
        """Stop reading from the socket, so that what the server sends piles up."""
        self.client.pause_reading()

    def resume_reading(self) -> None:
        """Read from the socket again."""
        self.client.resume_reading()

    @property
    def state(self) -> State:
        """What the connection is doing."""
        return self.client.state

    @property
    def close_code(self) -> int | None:
        """The close code of the last connection, or None if none has closed yet."""
        return self.client.close_code

    @property
    def close_reason(self) -> str | None:
        """The close reason of the last connection, or None if none has closed yet."""
        return self.client.close_reason

    @property
    def log(self) -> list[LogEntry]:
        """What was sent, received and noticed, oldest first."""
        return self.client.log

    @property
    def transcript(self) -> str:
        """The log as text, one line an entry."""
        return self.client.transcript

    def __enter__(self) -> Self:
        """Connect."""
        return self.connect()

    def __exit__(self, *exception: object) -> None:
        """Disconnect."""
        self.disconnect()

    def __repr__(self) -> str:
        """Return the panel as text: who, where, in which state, and the end of the log."""
        return text_twin(self.client, self._words)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the live panel, and beside it what is shown where there is no kernel."""
        data, metadata = super()._repr_mimebundle_(**options)
        return data | {"text/html": html_twin(self.client, self._words)}, metadata

    @property
    def _words(self) -> str:
        return state_words(self.client, self._painter.status)

    def open(self) -> None:
        """Connect the widget to the browser, which JupyterLab may call while a cell runs."""
        open_beside_cells(self, super().open)
