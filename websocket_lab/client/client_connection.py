"""The asynchronous half of a live client: everything here runs on the client loop's thread."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection as WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, PayloadTooBig, WebSocketException

from websocket_lab.client.client_log import Direction, LogEntry
from websocket_lab.client.connection_state import ConnectFailed, ConnectionEnded, State, connect_failure
from websocket_lab.client.receive_queue import Message, ReceiveQueue, note_act
from websocket_lab.server.server_reason import ServerReason
from websocket_lab.wire.client_names import user_agent
from websocket_lab.wire.close_words import closing_words, ending
from websocket_lab.wire.tcp_reset import reset


LOG_LENGTH = 10_000
# No close frame came, or one that tells of an exception (RFC 6455, 7.4.1).
ABNORMAL = (1006, 1011)
CONNECT_AGAIN = "Call connect() to open a new one."
TOO_BIG = (
    "The server's message was larger than this client takes. Let the server send less at once, or write "
    "max_size=None after the client's address to allow any size."
)
# Compression off: what crosses the wire can be read, and a room of clients stays small.
# No proxy: an `http_proxy` variable would catch even 127.0.0.1.
# No limit to the queue, which our reader empties at once: below the limit the library would read on by
# itself, also where pause_reading() has said no.
CONNECT_OPTIONS: dict[str, Any] = {"compression": None, "proxy": None, "max_queue": None}


class ClientConnection:
    """One client's connection, its log, and the messages it has not read yet."""

    def __init__(self, url: str, name: str, options: dict[str, Any]) -> None:
        self.url = url
        self.name = name
        self.state = State.NOT_CONNECTED
        self.close_code: int | None = None
        self.close_reason: str | None = None
        self.log: deque[LogEntry] = deque(maxlen=LOG_LENGTH)
        self.unread = ReceiveQueue()
        self.callbacks: list[Callable[[], None]] = []
        # By its User-Agent a wire tap knows whose connection it sees.
        self._options = CONNECT_OPTIONS | {"user_agent_header": user_agent(name)} | options
        self._websocket: WebSocket | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._server_reason = ServerReason(url)
        self._is_explained = False
        self._advice = CONNECT_AGAIN

    @property
    def reason(self) -> str:
        """What the server has raised since this connection began, where that may be why it fails, or ""."""
        if self.state is State.REFUSED and self._is_explained:
            return self._server_reason.of_refusal()
        is_in_order = self.state is State.CLOSED and self.close_code not in ABNORMAL
        return "" if self._is_explained or is_in_order else str(self._server_reason)

    async def open(self) -> None:
        """Connect, unless the connection is open; raise ConnectFailed where that does not succeed."""
        if self.state is State.OPEN:
            return

        note_act()
        # What an earlier connection brought answers nothing on this one.
        self.unread.clear()
        self._server_reason, self._is_explained = ServerReason(self.url), False
        self._become(State.CONNECTING)
        try:
            self._websocket = await connect(self.url, **self._options)
        except (OSError, ValueError, WebSocketException) as error:
            failure = connect_failure(self.url, self.name, error)
            self._is_explained = failure.status != 500
            self._become(State.NOT_CONNECTED if failure.status is None else State.REFUSED, str(failure))
            raise ConnectFailed(f"{failure} {self.reason}".rstrip(), failure.status) from None

        self._become(State.OPEN, "connected")
        self._reader = asyncio.create_task(self._read(self._websocket))

    async def close(self, code: int, reason: str) -> None:
        """Send a close frame and wait for the server's (RFC 6455, 7.1.2)."""
        if self._websocket is not None and self.state is State.OPEN:
            note_act()
            self._become(State.CLOSING)
            self._is_explained = True
            await self._websocket.close(code, reason)
            await self.until(lambda: self.state is State.CLOSED)

    async def send(self, message: Message) -> None:
        """Send a text message (str) or a binary one (bytes)."""
        note_act()
        try:
            await self._open_websocket().send(message)
        except ConnectionClosed:
            await self.until(lambda: self.state is State.CLOSED)
            raise self.ended() from None

        self._add("sent", message)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as `condition` holds; it is looked at after each change."""
        while not condition():
            await self._changed.wait()

    async def receive(self) -> Message:
        """Return the next unread message."""
        await self.until(lambda: bool(self.unread) or self.state is not State.OPEN)
        if not self.unread:
            raise self.ended()
        return self.unread.get()

    async def until_closed(self) -> int:
        """Wait until the connection is closed and return its close code."""
        await self.until(lambda: self.state is State.CLOSED)
        assert self.close_code is not None
        return self.close_code

    async def ping(self) -> float:
        """Send a ping, wait for its pong, and return the seconds between them (RFC 6455, 5.5.2)."""
        try:
            return await (await self._open_websocket().ping())
        except ConnectionClosed:
            await self.until(lambda: self.state is State.CLOSED)
            raise self.ended() from None

    async def vanish(self) -> None:
        """Reset the TCP connection: no close frame, no goodbye."""
        transport = self._open_websocket().transport
        note_act()
        self._add("event", "vanishes: TCP reset, no close frame")
        self._is_explained = True
        reset(transport)

    async def pause_reading(self) -> None:
        """Stop reading from the socket: what the server sends piles up."""
        self._open_websocket().transport.pause_reading()
        self._add("event", "stops reading")

    async def resume_reading(self) -> None:
        """Read from the socket again."""
        self._open_websocket().transport.resume_reading()
        self._add("event", "reads again")

    def ended(self) -> ConnectionEnded:
        """Return the error that says why nothing can be sent or received."""
        if self.state is State.CLOSED:
            how = f"{self.close_code} {self.close_reason}".strip()
            advice = self.reason or self._advice
            return ConnectionEnded(f"{self.name}'s connection is closed ({how}). {advice}")
        return ConnectionEnded(f"{self.name} is not connected. Call connect() first.")

    def _open_websocket(self) -> WebSocket:
        if self._websocket is None or self.state is not State.OPEN:
            raise self.ended()
        return self._websocket

    async def _read(self, websocket: WebSocket) -> None:
        try:
            while True:
                message = await websocket.recv()
                self.unread.put(message)
                self._add("received", message)
        except ConnectionClosed as closed:
            end = ending(closed)
            self.close_code, self.close_reason = (end.code, end.reason) if end else (1006, "")
            self._advice = TOO_BIG if isinstance(closed.__cause__, PayloadTooBig) else CONNECT_AGAIN
            self._become(State.CLOSED, closing_words(closed))

    def _become(self, state: State, event: str | None = None) -> None:
        self.state = state
        if event is not None:
            self._add("event", event)
        else:
            self._notify()

    def _add(self, direction: Direction, message: Message) -> None:
        self.log.append(LogEntry(direction, message))
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
        for callback in self.callbacks:
            callback()
