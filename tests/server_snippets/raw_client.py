"""A client that sends bytes as they are, and reads only what a test lets it read."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from websocket_lab import BackgroundServer


HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
NO_MASK = bytes(4)
SECONDS = 60
# The first byte of a frame (RFC 6455, 5.2), with and without the bit that says it is the last of its message.
CONT, TEXT, CLOSE, PING, PONG = b"\x80", b"\x81", b"\x88", b"\x89", b"\x8a"
MORE_TEXT, MORE = b"\x01", b"\x00"


@contextmanager
def raw_client(server: BackgroundServer) -> Iterator[socket.socket]:
    """Give a TCP connection after its handshake."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection:
        connection.sendall(HANDSHAKE)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        yield connection


def rest_of(connection: socket.socket) -> bytes:
    """Read to the end, which must come in order and not as a reset."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def frame(first: bytes, payload: bytes = b"") -> bytes:
    """Return a client's frame, whose mask of zeros leaves the payload as it is."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
    return first + length + NO_MASK + payload


def close_frame(code: int, reason: bytes = b"") -> bytes:
    """Return the server's close frame."""
    return bytes([0x88, 2 + len(reason)]) + struct.pack("!H", code) + reason


def close(code: int = 1000) -> bytes:
    """Return a client's close frame."""
    return frame(CLOSE, struct.pack("!H", code))


def answer(payload: bytes) -> bytes:
    """Return the server's text frame."""
    return TEXT + bytes([len(payload)]) + payload
