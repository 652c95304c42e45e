"""A TCP proxy that can be cut, between a server and its Redis."""

import asyncio
import threading
from types import TracebackType
from typing import Self


HOST = "127.0.0.1"
CHUNK = 65_536


class CutProxy:
    """Passes bytes on both ways until it is cut: `with CutProxy(port) as proxy: proxy.cut()`.

    Args:
        port: Where it passes them to, on this machine.

    Attributes:
        port: Where it listens itself.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self._target = port
        self._is_cut = False
        self._is_listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        self._is_listening.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Reset all connections, and end."""
        self._loop.call_soon_threadsafe(self._is_over.set)
        self._thread.join()

    def cut(self) -> None:
        """Reset all connections, and each new one, until `restore`."""
        self._loop.call_soon_threadsafe(self._cut)

    def restore(self) -> None:
        """Pass bytes on again, for connections that are new."""
        self._is_cut = False

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_over = asyncio.Event()
        server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._is_listening.set()
        await self._is_over.wait()
        server.close()
        self._cut()
        while self._writers:
            await asyncio.sleep(0)

    def _cut(self) -> None:
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = None if self._is_cut else await connect(self._target)
        if target is None or self._is_cut:
            writer.transport.abort()
            return

        from_target, to_target = target
        writers = {writer, to_target}
        self._writers |= writers
        await asyncio.gather(pass_on(reader, to_target), pass_on(from_target, writer))
        self._writers -= writers


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """Open a connection, or return None if nothing listens there."""
    try:
        return await asyncio.open_connection(HOST, port)
    except OSError:
        return None


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until there is no more, then end the other side, too."""
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()
