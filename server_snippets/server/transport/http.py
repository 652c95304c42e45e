"""uvicorn's HTTP protocol with limits for request heads: `uvicorn.Config(app, http=LimitedHttpProtocol)`.

Why here: uvicorn limits neither the size of a request head nor the time until it is complete, and its
WebSocket protocol does not send the answer of a parser that refuses a handshake.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote
from weakref import ReferenceType, ref

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ..logs import log_connection
from .open_connections import OpenConnections


MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 100
# From the first byte of the head, or from the start of the connection, to the answer of a handshake.
HANDSHAKE_TIMEOUT = 10.0
# How long a client may read nothing of an answer that does not fit into its TCP connection.
READ_TIMEOUT = 60.0
# How long a refused client may take to read the answer.
LINGER_SECONDS = 1.0
# How long to wait before the next piece of what is discarded.
DISCARD_PAUSE = 0.001
# Words for /metrics; every other status is for a bad request, and none for a client that asked for nothing.
REJECTED = {503: "too_many_connections", 414: "too_large", 431: "too_large", None: "timeout"}


class RequestRefused(Exception):
    """Stops the parser: this request gets an HTTP status and nothing else."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection, whose request heads must be small and complete in time.

    The timeout of a WebSocket handshake runs until the app has accepted or refused it.
    """

    _deadline: asyncio.TimerHandle | None = None
    # The end of a connection whose client does not read.
    _unread: asyncio.TimerHandle | None = None
    _is_refused = False
    # What to do when everything that the client has asked for before is answered.
    _next_step: Callable[[], None] | None = None
    # What has come after a handshake that waits for the answer to an earlier request.
    _early = b""
    url = b""
    # The bytes since the parser last got somewhere: an unfinished head, or unfinished trailers.
    _unparsed = 0
    _head_bytes = _url_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for the first request."""
        super().connection_made(transport)
        # The app's lifespan gives it; without it, nobody counts.
        self._open: OpenConnections | None = self.app_state.get("open_connections")
        # Not only WebSocket connections: each one takes a file descriptor, whatever it asks for.
        if self._open is not None and not self._open.has_room_among(len(self.connections) - 1):
            self._refuse(503, "Too many connections")
        else:
            self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        self._stop_unread()
        self._next_step = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come, within the limits."""
        if self._is_refused:
            # A client that was refused may still send as fast as it can.
            self.flow.pause_reading()
            self.loop.call_later(DISCARD_PAUSE, self._discard_more)
            return
        if self._next_step is not None:
            # No request may follow a handshake, or a bad request, before the answer.
            self._early += data
            return

        self._unset_keepalive_if_required()
        if self._is_answered:
            self._wait_for_request()
        while data:
            data = self._parse(data)

    def _parse(self, data: bytes) -> bytes:
        """Parse up to the end, or up to an upgrade that is not made, and return what follows that."""
        self._unparsed += len(data)
        try:
            self.parser.feed_data(data)
            if self._unparsed > MAX_HEAD_BYTES:
                self._refuse_size()
        except httptools.HttpParserUpgrade as upgrade:
            # uvicorn drops what follows in the same segment. No upstream thread is known.
            rest = data[upgrade.args[0] :]
            if not self._should_upgrade():
                self._unsupported_upgrade_warning()
                return rest
            self._early = rest
            # https://github.com/Kludex/uvicorn/pull/3107: after an unanswered request, uvicorn lets that
            # request's keep-alive timer end the WebSocket connection.
            self._when_answered(self.handle_websocket_upgrade)
        except RequestRefused as refused:
            self._reject(refused)
        except httptools.HttpParserError as error:
            # The parser hides what a callback has raised.
            cause = error.__context__
            if not isinstance(cause, RequestRefused):
                self.logger.warning("Invalid HTTP request received.")
                cause = RequestRefused(400, "Invalid HTTP request")
            self._reject(cause)
        return b""

    def pause_writing(self) -> None:
        """Wait for the client to read, but not forever."""
        super().pause_writing()
        self._unread = self.loop.call_later(READ_TIMEOUT, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on where the client reads again."""
        self._stop_unread()
        super().resume_writing()

    # The parser's callbacks

    def on_message_begin(self) -> None:
        """Count from here."""
        super().on_message_begin()
        self._head_bytes = self._url_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Count a piece of the request line."""
        super().on_url(url)
        self._url_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header, or a trailer."""
        self._head_bytes += len(name) + len(value)
        if len(self.headers) >= MAX_HEADERS:
            raise RequestRefused(431, "Too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the app, unless the head breaks a limit."""
        if self._head_bytes + self._url_bytes > MAX_HEAD_BYTES:
            self._refuse_size()
        self._unparsed = 0
        is_upgrade = self.parser.should_upgrade()
        if is_upgrade and any(map(is_about_body, self.headers)):
            # The parser takes no body here: it would be read as frames, or as the next request.
            raise RequestRefused(400, "An upgrade request has no body")
        if not (is_upgrade and self._should_upgrade()):
            # A body is the app's matter.
            self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count from here."""
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count from here: the next head may follow."""
        self._unparsed = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with what has waited for the answer."""
        super().on_response_complete()
        if self._next_step is not None and self._is_answered and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            step, self._next_step = self._next_step, None
            step()

    # The handshake

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, and see to it that the handshake gets an answer in time."""
        self._wait_for_request()
        seconds = self._deadline.when() - self.loop.time() if self._deadline else 0
        self._stop_waiting()
        super().handle_websocket_upgrade()
        self._stop_unread()
        # The parser and this connection form a reference cycle, and it is not needed any more.
        del self.parser
        protocol = self.transport.get_protocol()
        if not isinstance(protocol, WebSocketsSansIOProtocol):
            return

        if protocol.conn.handshake_exc is None:
            if self.flow.write_paused:
                # The transport still holds an earlier answer, which frames would overtake otherwise.
                protocol.pause_writing()
            self.loop.call_later(seconds, abort_handshake, ref(protocol))
            early, self._early = self._early, b""
            if early:
                protocol.data_received(early)
        elif protocol.handshake_initiated:
            # uvicorn has answered.
            reason = without_values(protocol.conn.handshake_exc)
            self._log_refused(status=protocol.response.status_code, reason=reason)
        else:
            self._take_back(protocol)

    def _take_back(self, protocol: WebSocketsSansIOProtocol) -> None:
        # uvicorn looks at the parser's events only: the answer to a head that it could not read stays in
        # `conn`, and for some heads there is none. No upstream thread is known.
        self.connections.discard(protocol)
        self.connections.add(self)
        self.transport.set_protocol(self)
        answer = b"".join(protocol.conn.data_to_send())
        # The parser and its connection hold each other.
        protocol.conn.parser.close()
        reason = without_values(protocol.conn.handshake_exc)
        self._end(int(answer.split()[1]) if answer else 400, reason, answer)

    # The end

    @property
    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _when_answered(self, step: Callable[[], None]) -> None:
        if self._is_answered:
            step()
        else:
            self._next_step = step
            self.flow.pause_reading()

    def _refuse_size(self) -> None:
        if self._url_bytes > MAX_HEAD_BYTES // 2:
            raise RequestRefused(414, "The request line is too long")
        raise RequestRefused(431, "The request head is too large")

    def _reject(self, refused: RequestRefused) -> None:
        refuse = partial(self._refuse, refused.status, refused.reason)
        if self._is_answered or not self.cycle.more_body:
            return self._when_answered(refuse)

        # The request that is at fault is being answered: its app gets no more of it.
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        if self.cycle.response_started:
            self.transport.abort()
        else:
            refuse()

    def _refuse(self, status: int, reason: str) -> None:
        self._end(status, reason, b"")

    def _end(self, status: int, reason: str, answer: bytes) -> None:
        self._log_refused(status=status, reason=reason)
        self._stop_waiting()
        self._is_refused = True
        self.transport.write(answer or response(status, reason))
        # A lingering close: TCP resets a connection that is closed while something is unread, and the answer
        # would be lost. Not over TLS, which has no such half of an end.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _discard_more(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def _wait_for_request(self) -> None:
        # Not again with each byte: else a byte now and then would hold the connection.
        if self._deadline is None:
            self._deadline = self.loop.call_later(HANDSHAKE_TIMEOUT, self._time_out)
            if self._open is not None:
                self._open.start_handshake(self._address)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            if self._open is not None and not self._is_refused:
                self._open.end_handshake(self._address)

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _time_out(self) -> None:
        if self._unparsed:
            self._log_refused(reason=f"No request within {HANDSHAKE_TIMEOUT:g} s")
        self.transport.abort()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else "unknown"

    def _log_refused(self, *, reason: str, **values: int) -> None:
        if self._open is not None:
            self._open.traffic.rejected[REJECTED.get(values.get("status"), "bad_request")] += 1
        path = unquote(self.url.partition(b"?")[0].decode("latin-1"))
        log_connection("refused", {"path": path, "client": self.client}, **values, reason=reason)


def is_about_body(header: tuple[bytes, bytes]) -> bool:
    """Return whether a header announces a body."""
    name, value = header
    return name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0")


def without_values(error: Exception | None) -> str:
    """Return what websockets says of a handshake, without the header's value: that may be a token."""
    return str(error).partition(":")[0]


def response(status: int, reason: str) -> bytes:
    """Return a short answer, after which the connection ends."""
    body = f"{reason}.\n".encode()
    head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return STATUS_LINE[status] + head % len(body) + body


def abort_handshake(protocol: "ReferenceType[WebSocketsSansIOProtocol]") -> None:
    """End a connection whose app has neither accepted nor refused the handshake."""
    connection = protocol()
    if connection is not None and not connection.handshake_complete:
        connection.transport.abort()
