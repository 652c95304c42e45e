"""Step 13, the chat: what is said goes to the broker, and comes back from there to everyone.

New since step 11: there is one way to the clients, and it leads through the broker.
Used by: server_snippets.step_13_scaling_out
"""

# %% imports
import json
from secrets import token_hex

# %% course_imports
from server_snippets.step_13_members import Members


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
