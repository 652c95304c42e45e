"""The tap's TCP half: it listens for clients and connects each of them to the server."""

import asyncio
from collections.abc import Callable

from websocket_lab.wire.fault_book import FaultBook
from websocket_lab.wire.link import Link
from websocket_lab.wire.recorder import WireRecorder
from websocket_lab.wire.side import Side


HOST = "127.0.0.1"


class TapServer:
    """Runs on the taps' loop: everything here is called there.

    Args:
        server_port: Tells on which port the server listens now.
        recorder: Who records what passes.
        book: The faults that are ordered.
    """

    def __init__(self, server_port: Callable[[], int], recorder: WireRecorder, book: FaultBook) -> None:
        self._server_port = server_port
        self._recorder = recorder
        self._book = book
        self._listener: asyncio.Server | None = None
        self._links: dict[Link, None] = {}
        self._connecting: set[asyncio.Task[None]] = set()

    @property
    def links(self) -> list[Link]:
        """The connections that are open."""
        return list(self._links)

    async def start(self, port: int, preferred: int = 0) -> int:
        """Listen, and return the port: `port`, or without one `preferred`, if nobody has taken it since."""
        try:
            self._listener = await self._listen(port or preferred)
        except OSError:
            if port or not preferred:
                raise
            self._listener = await self._listen(0)
        return int(self._listener.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listen no more, and drop all connections."""
        if self._listener:
            self._listener.close()
        for link in self.links:
            link.close()
        self._links.clear()
        # Aborted transports are closed in the loop's next turn.
        await asyncio.sleep(0)

    async def _listen(self, port: int) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Side(True, self._accept, self._forget), HOST, port)

    def _accept(self, transport: asyncio.Transport) -> Link:
        link = Link(self._recorder, self._book, transport)
        self._links[link] = None
        task = asyncio.create_task(self._connect(link))
        # The loop itself keeps only a weak reference.
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return link

    async def _connect(self, link: Link) -> None:
        def join(transport: asyncio.Transport) -> Link:
            link.join(transport)
            return link

        port = self._server_port()
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: Side(False, join, self._forget), HOST, port)
        except OSError:
            link.fail(port)
            if link.is_gone:
                self._forget(link)

    def _forget(self, link: Link) -> None:
        self._links.pop(link, None)
