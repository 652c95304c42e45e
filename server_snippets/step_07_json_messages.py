"""Step 7, JSON messages: each says what it wants, and a wrong one is answered, not punished.

New since step 6: pydantic checks each message, and channels deliver to those who asked for them.
Run it: uvicorn server_snippets.step_07_json_messages:app
"""

# %% imports
import asyncio
import json
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

# %% course_imports
from server_snippets.step_04_connection_manager import deliver
from server_snippets.step_07_message_reader import explain, reply, texts


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
