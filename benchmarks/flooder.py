"""A client that floods a server with one kind of frame, in a process of its own, until it is ended."""

import asyncio
import json
import sys
from contextlib import suppress
from urllib.parse import urlsplit

from benchmarks.line_process import LineProcess


HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
# First what begins the flood, then a frame that is repeated (RFC 6455, 5.2); the mask is four zeros.
FLOODS = {
    "messages": (b"", b"\x81\x82\0\0\0\0hi"),
    "pings": (b"", b"\x89\x80\0\0\0\0"),
    "pongs": (b"", b"\x8a\x80\0\0\0\0"),
    "fragments": (b"\x01\x80\0\0\0\0", b"\0\x80\0\0\0\0"),
}
AT_ONCE = 2_000


class Flooder(LineProcess):
    """One client that sends a kind of frame as fast as the server reads, and comes back when it is closed."""

    def __init__(self, url: str, kind: str) -> None:
        super().__init__("benchmarks.flooder", url, kind)


async def flood(url: str, kind: str) -> None:
    """Flood one connection until the server ends it."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(HANDSHAKE.format(path=address.path, host=address.netloc).encode())
    await reader.readuntil(b"\r\n\r\n")
    begin, frame = FLOODS[kind]
    writer.write(begin)
    reading = asyncio.create_task(read_all(reader))
    try:
        while not reading.done():
            writer.write(frame * AT_ONCE)
            await writer.drain()
    finally:
        reading.cancel()
        writer.transport.abort()


async def read_all(reader: asyncio.StreamReader) -> None:
    """Read, and forget, what the server sends."""
    while await reader.read(65_536):
        pass


async def main() -> None:
    """Flood for as long as this process lives."""
    url, kind = json.loads(sys.argv[1])
    print(json.dumps(kind), flush=True)
    while True:
        with suppress(OSError, EOFError):
            await flood(url, kind)
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main())
