"""Nothing but an event loop: frames made once and joined writes, without ASGI, endings or slow clients.

It is the floor: what fan-out costs where nothing else is done.
"""

import asyncio
from typing import cast

import uvloop
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol


class Connection(asyncio.Protocol):
    """One client."""

    clients: "set[Connection]" = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Prepare to read what the client sends."""
        self.transport = cast(asyncio.Transport, transport)
        self.parser = ServerProtocol()
        self.frames: list[bytes] = []
        self.loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Pass each text on to everyone."""
        self.parser.receive_data(data)
        for event in self.parser.events_received():
            if isinstance(event, Request):
                self.parser.send_response(self.parser.accept(event))
                self.clients.add(self)
                self.transport.write(b"".join(self.parser.data_to_send()))
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                frame = Frame(Opcode.TEXT, event.data).serialize(mask=False)
                for client in self.clients:
                    client.put(frame)

    def put(self, frame: bytes) -> None:
        """Write a frame at the end of the loop's turn."""
        if not self.frames:
            self.loop.call_soon(self.flush)
        self.frames.append(frame)

    def flush(self) -> None:
        """Write what has come together."""
        self.transport.write(b"".join(self.frames))
        self.frames.clear()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client."""
        self.clients.discard(self)


async def main() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
