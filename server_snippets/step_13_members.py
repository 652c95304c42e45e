"""Step 13, the members: who is connected to this process, and the last messages for those who come.

New since step 11: everyone has a name, gets what was said before, and sees who is there.
Used by: server_snippets.step_13_chat
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
