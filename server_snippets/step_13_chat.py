"""Step 13, the chat: what is said goes to the broker, and comes back from there to everyone.

New since step 11: everyone has a name, gets what was said before, and is reached through the broker only.
Used by: server_snippets.step_13_scaling_out
"""

# %% imports
import json
from secrets import token_hex

from fastapi import WebSocket

# %% course_imports
from server_snippets.encoded_message import EncodedMessage
from server_snippets.step_11_fan_out import ConnectionManager
from server_snippets.step_13_memory_broker import Broker
from server_snippets.step_13_message_log import MessageLog


# %% members
class Members:
    """The clients of one process, with their names."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.process = token_hex(4)
        self.manager = ConnectionManager()
        self.log = MessageLog()
        self.names: dict[WebSocket, str] = {}
        self.users: list[str] = []

    async def enter(self, websocket: WebSocket, name: str, after: str) -> None:
        """Let a client in, and send it what was said behind message `after`."""
        await self.manager.connect(websocket)
        # No await from here on: nothing is said between the history and the next message.
        self.names[websocket] = name
        history = {"type": "history", "messages": [json.loads(text) for text in self.log.after(after)]}
        self.manager.outboxes[websocket].put(EncodedMessage(json.dumps(history)))
        # So that the next look tells the newcomer, too.
        self.users = []

    def leave(self, websocket: WebSocket) -> None:
        """Forget a client."""
        self.manager.disconnect(websocket)
        self.names.pop(websocket, None)

    async def look_round(self) -> None:
        """Tell the broker who is here, hear who is anywhere, and tell the clients if that has changed."""
        users = await self.broker.present(self.process, sorted(self.names.values()))
        if users != self.users:
            self.users = users
            self.manager.broadcast(json.dumps({"type": "users", "users": users}))


# %% chat
CHANNEL = "chat"


class Chat(Members):
    """The chat as one process knows it."""

    async def tell(self, name: str, text: str) -> bool:
        """Tell the broker what somebody says; return whether it has accepted it."""
        event = {"type": "message", "id": token_hex(4), "from": name, "text": text}
        return await self.broker.publish(CHANNEL, json.dumps(event))

    async def deliver(self, channel: str, text: str) -> None:
        """Send what the broker brings to all clients of this process, unless they know it already."""
        if self.log.add(json.loads(text)["id"], text):
            self.manager.broadcast(text)
