"""Step 11, slow clients and fan-out: each client has a send queue, so nobody waits for anybody.

New since step 4: a broadcast waits for no client, and is cheap where the server offers the fast way out.
Run it: uvicorn server_snippets.step_11_fan_out:app
With the fast way out: add --ws server_snippets.server.transport.protocol:FanOutProtocol
"""

# %% imports
import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.server.transport.backlog import SlowClients
from server_snippets.server.transport.encoded_message import EncodedMessage

# %% fast_imports
from server_snippets.server.transport.frame_writer import FrameWriter
from server_snippets.server.transport.protocol import EXTENSION

# %% goodbye_imports
from server_snippets.step_04_connection_manager import GONE, say_goodbye


# %% admit
MAX_WAITING = 50


def admit(message: EncodedMessage, queue: asyncio.Queue[EncodedMessage], policy: SlowClients) -> bool:
    """Let `message` into the queue as far as the policy does; return whether the client may stay."""
    if queue.full() and policy is SlowClients.DISCONNECT:
        return False

    if queue.full() and policy is SlowClients.DROP_OLDEST:
        queue.get_nowait()
    if not queue.full():
        queue.put_nowait(message)
    return True


# %% send_queue
class SendQueue:
    """Takes messages for one client at once; a sender task of its own sends them, in their order."""

    def __init__(self, websocket: WebSocket, policy: SlowClients) -> None:
        self._websocket = websocket
        self._policy = policy
        self._queue: asyncio.Queue[EncodedMessage] = asyncio.Queue(MAX_WAITING)
        self._is_closed = False
        self._sender = asyncio.create_task(self._send())

    def put(self, message: EncodedMessage) -> None:
        """Take a message, or disconnect the client if too many are waiting."""
        if not self._is_closed and not admit(message, self._queue, self._policy):
            self.close()
            say_goodbye(self._websocket)

    def close(self) -> None:
        """Send nothing more."""
        self._is_closed = True
        self._sender.cancel()

    async def _send(self) -> None:
        # The client is gone, so stop: its endpoint notices and cleans up.
        with suppress(*GONE):
            while True:
                message = await self._queue.get()
                await self._websocket.send_text(message.text)


# %% open_send_queue
def open_send_queue(websocket: WebSocket, policy: SlowClients) -> SendQueue | FrameWriter:
    """Return the fast way out if the server offers one, else a queue with a task."""
    extensions = websocket.scope.get("extensions", {})
    if EXTENSION not in extensions:
        return SendQueue(websocket, policy)

    writer: FrameWriter = extensions[EXTENSION]["writer"]
    writer.backlog.policy = policy
    return writer


# %% manager
class ConnectionManager:
    """The clients that are connected, each with a send queue."""

    def __init__(self) -> None:
        self.policy = SlowClients.DISCONNECT
        self.active_connections: dict[WebSocket, SendQueue | FrameWriter] = {}

    async def connect(self, websocket: WebSocket) -> None:
        """Accept a client and open its send queue."""
        await websocket.accept()
        self.active_connections[websocket] = open_send_queue(websocket, self.policy)

    def disconnect(self, websocket: WebSocket) -> None:
        """Forget a client; one that is forgotten already stays so."""
        send_queue = self.active_connections.pop(websocket, None)
        if send_queue:
            send_queue.close()

    def broadcast(self, text: str) -> None:
        """Put one message into every send queue, and wait for nobody."""
        message = EncodedMessage(text)
        for send_queue in self.active_connections.values():
            send_queue.put(message)


# %% app
manager = ConnectionManager()
app = FastAPI()


@app.websocket("/ws")
async def chat(websocket: WebSocket) -> None:
    """Pass each text of one client on to everyone, until it leaves."""
    await manager.connect(websocket)
    try:
        async for text in websocket.iter_text():
            manager.broadcast(text)
    finally:
        manager.disconnect(websocket)
