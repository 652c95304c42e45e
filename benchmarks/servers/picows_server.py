"""picows: a WebSocket server in Cython, with a loop over the clients."""

import asyncio

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server


clients: set[WSTransport] = set()


class Room(WSListener):
    """Passes each text on to everyone."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Remember a client."""
        clients.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Forget a client."""
        clients.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer a close frame, and pass a text on."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif frame.msg_type == WSMsgType.TEXT:
            self.say(transport, frame.get_payload_as_bytes())

    def say(self, transport: WSTransport, text: bytes) -> None:
        """Send a text to everyone."""
        for client in clients:
            client.send(WSMsgType.TEXT, text)


class Echo(Room):
    """Sends each text back."""

    def say(self, transport: WSTransport, text: bytes) -> None:
        """Send a text to the one who said it."""
        transport.send(WSMsgType.TEXT, text)


def listener(request: WSUpgradeRequest) -> WSListener:
    """Return what serves a path."""
    return Echo() if request.path == b"/echo" else Room()


async def main() -> None:
    """Serve until the process is ended."""
    server = await ws_create_server(listener, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
