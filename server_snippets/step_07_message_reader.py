"""Step 7, the message reader: whatever a client sends becomes a text, and a wrong one a polite reply.

New since step 6: neither a binary message nor broken JSON ends a connection.
Used by: server_snippets.step_07_json_messages, and the steps after it
"""

# %% imports
from collections.abc import AsyncIterator

from fastapi import WebSocket
from pydantic import JsonValue, ValidationError


# %% texts
async def texts(websocket: WebSocket) -> AsyncIterator[str]:
    """Yield the text of each message until the client leaves; a binary one has an empty text."""
    # receive_text() would fail with a KeyError on a binary message, and end the connection with 1006.
    while (message := await websocket.receive())["type"] == "websocket.receive":
        yield message.get("text") or ""


# %% explain
def explain(error: ValidationError) -> dict[str, JsonValue]:
    """Return the reply to a message that pydantic does not accept."""
    return {"type": "error", "code": "invalid_message", "detail": error.errors()[0]["msg"]}
