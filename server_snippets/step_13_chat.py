"""Step 13, the chat of one process: everything that is said takes the way through the broker.

New since step 11: what is said has an id, the last messages are kept, and everyone sees who is there.
Used by: server_snippets.step_13_scaling_out and server_snippets.step_13_pubsub_chat
"""

# %% imports
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex

from fastapi import FastAPI, WebSocket

# %% course_imports
from server_snippets.encoded_message import EncodedMessage
from server_snippets.step_11_fan_out import ConnectionManager
from server_snippets.step_13_memory_broker import Broker
from server_snippets.step_13_message_log import MessageLog
from server_snippets.step_13_supervisor import supervise


# %% chat
CHANNEL, BEAT = "chat", 0.5


class Chat:
    """What one process knows of the chat: its own clients, and the last messages."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.id = token_hex(4)
        self.manager = ConnectionManager()
        self.log = MessageLog()
        self.names: dict[WebSocket, str] = {}
        self.users: list[str] = []

    async def tell(self, name: str, text: str) -> bool:
        """Tell the broker what somebody says; return whether it has accepted it."""
        event = {"type": "message", "id": token_hex(4), "from": name, "text": text}
        return await self.broker.publish(CHANNEL, json.dumps(event))

    async def deliver(self, channel: str, text: str) -> None:
        """Send all clients of this process what the broker brings, unless they know it already."""
        if self.log.add(json.loads(text)["id"], text):
            self.manager.broadcast(text)

    # %% enter
    async def enter(self, websocket: WebSocket, name: str, after: str) -> None:
        """Let a client in, and send it what was said behind message `after`."""
        await self.manager.connect(websocket)
        # No await from here on: nothing is said between the history and the next message.
        self.names[websocket] = name
        history = {"type": "history", "messages": [json.loads(text) for text in self.log.after(after)]}
        self.manager.outboxes[websocket].put(EncodedMessage(json.dumps(history)))
        # So that the next beat tells the newcomer, too.
        self.users = []

    def leave(self, websocket: WebSocket) -> None:
        """Forget a client."""
        self.manager.disconnect(websocket)
        self.names.pop(websocket, None)

    # %% beat
    async def beat(self) -> None:
        """Tell the broker who is here, hear who is anywhere, and tell the clients if that has changed."""
        users = await self.broker.present(self.id, sorted(self.names.values()))
        if users != self.users:
            self.users = users
            self.manager.broadcast(json.dumps({"type": "users", "users": users}))
        await asyncio.sleep(BEAT)

    # %% lifespan
    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Listen to the broker, and beat, from the server's start to its end."""
        subscription = await self.broker.subscribe(CHANNEL, self.deliver)
        heart = asyncio.create_task(supervise(self.beat))
        yield
        heart.cancel()
        await self.broker.unsubscribe(subscription)
        await self.broker.close()
