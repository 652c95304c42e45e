"""The panel that shows a live client in a notebook, and one that turns what you type into the chat's JSON."""

import json
from asyncio import Lock
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from anyio.to_thread import run_sync
from traitlets import Dict, Unicode

from websocket_lab.client.arguments import Expected
from websocket_lab.client.client_log import LogEntry
from websocket_lab.client.client_loop import client_loop
from websocket_lab.client.connection_state import ConnectFailed, State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.receive_queue import Message, by_hand
from websocket_lab.display.look import stylesheet
from websocket_lab.display.subshell_widget import SubshellWidget
from websocket_lab.display.widget_bundle import widget_bundle
from websocket_lab.server.cell_registry import CellRegistry
from websocket_lab.server.safe_text import visible
from websocket_lab.widgets.panel_renderer import (
    Face,
    PanelPainter,
    ending_reason,
    html_twin,
    state_words,
    text_twin,
)


class ClientMethods:
    """Passes each method of a live client on to `client`."""

    client: LiveClient

    def connect(self) -> Self:
        """Open the connection and return this; raise ConnectFailed where that does not succeed."""
        self.client.connect()
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

    def receive(self, deadline: float | None = None) -> Message:
        """Return the next message that has not been read."""
        return self.client.receive(deadline)

    def receive_json(self, deadline: float | None = None) -> Any:
        """Return the next unread message, parsed as JSON."""
        return self.client.receive_json(deadline)

    def wait_for(self, expected: Expected, deadline: float | None = None) -> Message:
        """Read on until a message equals `expected`, or satisfies it if it is a function, and return it."""
        return self.client.wait_for(expected, deadline)

    def receive_until(self, expected: Expected, deadline: float | None = None) -> list[Message]:
        """Read on as `wait_for` does, and return all messages read, the expected one as the last."""
        return self.client.receive_until(expected, deadline)

    def wait_closed(self, deadline: float | None = None) -> int:
        """Wait until the connection is closed and return its close code."""
        return self.client.wait_closed(deadline)

    def ping(self, deadline: float | None = None) -> float:
        """Send a ping and return the seconds until its pong."""
        return self.client.ping(deadline)

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
    def messages(self) -> list[Message]:
        """The messages received so far, read or not, oldest first."""
        return self.client.messages

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


def _leave(panel: "ClientPanel") -> None:
    # The cell that runs again must not fail because its earlier panel's server no longer answers.
    with suppress(Exception):
        panel.disconnect()


class ClientPanel(ClientMethods, SubshellWidget):
    """A client with a face: type and click in it, or call the same actions as methods.

    Args:
        url: The endpoint's address, such as `server.url("/ws")`.
        name: Who this client is.
        compose: What Send makes of the typed text before it is sent; as it is, if left out.
        deadline: Seconds that a method may take before it raises TimeoutError.
        connect_options: Passed to `websockets.asyncio.client.connect`.
    """

    _esm = Path(__file__).with_name("client_panel.js")
    _css = stylesheet("widgets/client_panel.css")

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
        self._painter = PanelPainter(self.client, self._show_face, partial(SubshellWidget.send, self))
        self._turn = Lock()
        super().__init__(name=visible(name), url=visible(url), face=dict(self._painter.face()))
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

        # Whoever sees the panel after this can type at once.
        client_loop().call(self._painter.paint)
        return self

    def say(self, text: str) -> None:
        """Do what typing `text` and pressing Enter does: send what `compose` makes of it."""
        self.send(self._compose(text))

    def __repr__(self) -> str:
        """Return the panel as text: who, where, in which state, and the end of the log."""
        return text_twin(self.client, self._words)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the live panel, and beside it what is shown where there is no kernel."""
        return widget_bundle(self.model_id, repr(self), html_twin(self.client, self._words))

    @property
    def _words(self) -> str:
        words = state_words(self.client, self._painter.status)
        return " · ".join(filter(None, [words, ending_reason(self.client)]))

    def _show_face(self, face: Face) -> None:
        self.face = dict(face)

    def _hear(self, _: SubshellWidget, request: dict[str, Any], __: object) -> None:
        # The thread that runs this callback differs with the kernel's version, and must not wait: pass it on.
        client_loop().start_task_soon(self._act, request)

    async def _act(self, request: dict[str, Any]) -> None:
        self._painter.note_request(request.get("id", 0))
        # One after the other, in the order of the clicks.
        async with self._turn:
            try:
                await run_sync(self._perform, request)
            except Exception as error:
                self._painter.fail(error)

    def _perform(self, request: dict[str, Any]) -> None:
        with by_hand():
            match request:
                case {"action": "connect"}:
                    self.connect()
                case {"action": "disconnect"}:
                    self.disconnect()
                case {"action": "say", "text": str(text)}:
                    self.say(text)
                case {"action": "show"}:
                    client_loop().call(self._painter.send_all)


_panels = CellRegistry[ClientPanel](close=_leave)


def chat_panel(url: str, name: str) -> ClientPanel:
    """Return a connected panel whose Send says the typed text to the room."""
    return ClientPanel(url, name, compose=chat_message).connect()


def chat_message(text: str) -> str:
    """Return the JSON that says `text` to the room."""
    return json.dumps({"action": "message", "text": text})
