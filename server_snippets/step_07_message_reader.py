"""Step 7, the message reader: a client's messages become texts, and each wrong one gets a polite reply.

New since step 6: neither a binary message nor broken JSON ends a connection.
Used by: server_snippets.step_07_json_messages, and the steps after it
"""

# %% imports
import json
from collections.abc import AsyncIterator, Mapping

from fastapi import WebSocket
from pydantic import JsonValue, ValidationError

from server_snippets.step_04_connection_manager import deliver


# %% reply
async def reply(event: Mapping[str, JsonValue], websocket: WebSocket) -> None:
    """Send one client an event as JSON; a client that has left hears nothing."""
    await deliver(json.dumps(event), websocket)


# %% texts
TEXT_EXPECTED = {"type": "error", "code": "text_expected", "detail": "Send JSON as text, not as binary."}


async def texts(websocket: WebSocket) -> AsyncIterator[str]:
    """Yield each text until the client leaves; a binary message gets an error."""
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if (text := message.get("text")) is None:
            await reply(TEXT_EXPECTED, websocket)
        else:
            yield text


# %% explain
# Pydantic's names for mistakes, and ours; every other mistake is an invalid_message.
CODES = {
    "json_invalid": "invalid_json",
    "union_tag_invalid": "unknown_action",
    "union_tag_not_found": "unknown_action",
}


def explain(error: ValidationError) -> dict[str, JsonValue]:
    """Return the reply to what pydantic does not accept: a code for programs, a detail for people."""
    mistake = error.errors()[0]
    field = [str(place) for place in mistake["loc"][-1:]]
    code = CODES.get(mistake["type"], "invalid_message")
    return {"type": "error", "code": code, "detail": ": ".join([*field, mistake["msg"]])}
