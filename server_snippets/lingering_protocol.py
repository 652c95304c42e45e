"""uvicorn's WebSocket protocol, whose clients hear why they are closed: the base of `FanOutProtocol`.

Why: TCP resets a connection that is closed while something of the client is unread, such as the rest of a
message that is too long. Then the close frame may be lost on its way. So RFC 6455, 7.1.1, asks the server to
end only its own side, and to read on until the client has ended the other.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


GOODBYE_SECONDS = 1.0


class LingeringProtocol(WebSocketsSansIOProtocol):
    """One connection, which ends when the client has read the close frame, or soon after."""

    def keepalive_timeout(self) -> None:
        """Close with 1011; do not wait for a full buffer."""
        self.fail(1011, "keepalive ping timeout")

    def fail(self, code: int, reason: str = "") -> None:
        """Close the connection, and listen to the client no more."""
        if not (self.close_sent or self.transport.is_closing()):
            self.conn.fail(code, reason)
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """Send the close frame of a connection that has failed; `conn` discards what comes from now on."""
        if self.close_sent:
            return

        if (close := self.conn.close_sent) is None:
            # Before the handshake is complete nothing can be said.
            self.transport.abort()
        else:
            self._tell_app(close.code, close.reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self._linger()

    def handle_ping(self) -> None:
        """Answer a ping, but none that came together with what made the connection fail."""
        if not self.close_sent:
            super().handle_ping()

    def _tell_app(self, code: int, reason: str) -> None:
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def _linger(self) -> None:
        # Not over TLS, which has no such half of an end.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)
