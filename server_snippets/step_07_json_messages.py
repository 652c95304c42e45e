"""Step 7, JSON messages: each says what it wants, and a wrong one gets an error reply.

New since step 6: pydantic validates each message, channels deliver to their subscribers, and neither a binary
message nor broken JSON ends a connection.
Run it: uvicorn server_snippets.step_07_json_messages:app
"""

# %% imports
import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

# %% course_imports
from server_snippets.step_04_connection_manager import deliver


# %% reply
async def reply(event: Mapping[str, JsonValue], websocket: WebSocket) -> None:
    """Send one client an event as JSON; a client that has left hears nothing."""
    await deliver(json.dumps(event), websocket)


# %% texts
TEXT_EXPECTED = {"type": "error", "code": "text_expected", "detail": "Send JSON as text, not binary."}


async def texts(websocket: WebSocket) -> AsyncIterator[str]:
    """Yield each text until the client leaves; a binary message gets an error."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        if text is None:
            await reply(TEXT_EXPECTED, websocket)
        else:
            yield text


# %% echo
class Echo(BaseModel):
    """Get some JSON back."""

    action: Literal["echo"]
    data: JsonValue


# %% send
class Send(BaseModel):
    """Tell all subscribers of a channel something."""

    action: Literal["send"]
    channel: str
    message: str


# %% subscription
class Subscription(BaseModel):
    """Hear what is sent to a channel, or hear no more of it."""

    action: Literal["subscribe", "unsubscribe"]
    channel: str


# %% union
# The field `action` says which of the classes a message must fit.
Action = Echo | Send | Subscription
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


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


# %% subscribers
subscribers: dict[str, set[WebSocket]] = {}


def subscribe(channel: str, websocket: WebSocket) -> None:
    """Add a client to a channel; the first one creates it."""
    subscribers.setdefault(channel, set()).add(websocket)


def unsubscribe(channel: str, websocket: WebSocket) -> None:
    """Remove a client from a channel; without subscribers, the channel goes, too."""
    hearers = subscribers.get(channel, set())
    hearers.discard(websocket)
    if not hearers:
        subscribers.pop(channel, None)


# %% answer
async def answer(action: Action, websocket: WebSocket) -> None:
    """Carry out one action."""
    match action:
        case Echo(data=data):
            await reply({"type": "response", "data": data}, websocket)
        case Send(channel=channel, message=message):
            text = json.dumps({"type": "message", "channel": channel, "message": message})
            await asyncio.gather(*[deliver(text, hearer) for hearer in subscribers.get(channel, ())])
        case Subscription(action="subscribe", channel=channel):
            subscribe(channel, websocket)
            await reply({"type": "subscribed", "channel": channel}, websocket)
        case Subscription(channel=channel):
            unsubscribe(channel, websocket)
            await reply({"type": "unsubscribed", "channel": channel}, websocket)


# %% app
app = FastAPI()


@app.websocket("/ws/json")
async def channels(websocket: WebSocket) -> None:
    """Answer each message until the client leaves; a bad one gets an error, and the talk goes on."""
    await websocket.accept()
    try:
        async for text in texts(websocket):
            try:
                await answer(ACTIONS.validate_json(text), websocket)
            except ValidationError as error:
                await reply(explain(error), websocket)
    finally:
        # Loop over a copy: `unsubscribe` may remove what we loop over.
        for channel in list(subscribers):
            unsubscribe(channel, websocket)
