"""Step 11, slow clients and fan-out: everyone has an outbox, so nobody waits for anybody.

New since step 4: a broadcast waits for no client, and is cheap where the server offers the fast way out.
Run it: uvicorn server_snippets.step_11_fan_out:app
With the fast way out: add --ws server_snippets.server.transport.protocol:FanOutProtocol
"""

# %% imports
from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.server.transport.backlog import SlowClients
from server_snippets.server.transport.encoded_message import EncodedMessage

# %% fast_imports
from server_snippets.server.transport.frame_writer import FrameWriter
from server_snippets.server.transport.protocol import EXTENSION

# %% outbox
from server_snippets.step_11_outbox import Outbox


# %% open_outbox
def open_outbox(websocket: WebSocket, policy: SlowClients) -> Outbox | FrameWriter:
    """Return the fast way out if the server offers one, else a queue with a task."""
    extensions = websocket.scope.get("extensions", {})
    if EXTENSION not in extensions:
        return Outbox(websocket, policy)

    writer: FrameWriter = extensions[EXTENSION]["writer"]
    writer.backlog.policy = policy
    return writer


# %% manager
class ConnectionManager:
    """The clients that are connected, each with an outbox."""

    def __init__(self) -> None:
        self.policy = SlowClients.DISCONNECT
        self.outboxes: dict[WebSocket, Outbox | FrameWriter] = {}

    async def connect(self, websocket: WebSocket) -> None:
        """Accept a client and open its outbox."""
        await websocket.accept()
        self.outboxes[websocket] = open_outbox(websocket, self.policy)

    def disconnect(self, websocket: WebSocket) -> None:
        """Forget a client; one that is forgotten already stays so."""
        if outbox := self.outboxes.pop(websocket, None):
            outbox.close()

    def broadcast(self, text: str) -> None:
        """Put one message into every outbox, and wait for nobody."""
        message = EncodedMessage(text)
        for outbox in self.outboxes.values():
            outbox.put(message)


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
