"""Ends a TCP connection as a crash does: by a reset (RST), without a goodbye (FIN)."""

import asyncio
import socket
import struct
from contextlib import suppress


def reset(transport: asyncio.WriteTransport) -> None:
    """Reset the connection: what was not sent is lost, and the peer gets an error."""
    connection = transport.get_extra_info("socket")
    # Of a connection that is closed already there is nothing left to reset.
    with suppress(OSError):
        # A linger time of zero makes the kernel send RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
