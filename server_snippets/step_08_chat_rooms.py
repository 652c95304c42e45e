"""Step 8, chat rooms: who is in the room hears what is said there, and everyone has a name.

New since step 7: the address names a room and a user; rooms are kept apart, and a name can be held once.
Run it: uvicorn server_snippets.step_08_chat_rooms:app
"""

# %% imports
import json
import re
from typing import Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, ValidationError

# %% course_imports
from server_snippets.step_07_json_messages import explain, reply, texts
from server_snippets.step_08_room_manager import ChatManager


# %% say
class Say(BaseModel):
    """Say something to the room."""

    action: Literal["message"]
    text: str


# %% talk
async def talk(websocket: WebSocket, room: str, username: str) -> None:
    """Pass each message on to the room until the client leaves; explain what is wrong with others."""
    async for text in texts(websocket):
        try:
            said = Say.model_validate_json(text)
        except ValidationError as error:
            await reply(explain(error), websocket)
        else:
            event = {"type": "message", "room": room, "from": username, "text": said.text}
            await manager.broadcast_to_room(json.dumps(event), room)


# %% notice
def notice(kind: str, room: str, username: str) -> str:
    """Return what a room hears of someone who joined or left."""
    return json.dumps({"type": kind, "room": room, "username": username})


# %% visit
async def visit(websocket: WebSocket, room: str, username: str) -> None:
    """Join the room, talk, and leave it, whatever happens."""
    manager.join_room(websocket, room)
    try:
        await manager.broadcast_to_room(notice("joined", room, username), room)
        await talk(websocket, room, username)
    finally:
        manager.leave_room(websocket, room)
        # Before the broadcast, because a client that reads `left` may take the name at once.
        manager.unregister_user(username, websocket)
        await manager.broadcast_to_room(notice("left", room, username), room)


# %% name
NAME = re.compile("[A-Za-z0-9_-]{1,32}")

# %% manager
manager = ChatManager()


# %% admit
async def admit(websocket: WebSocket, room: str, username: str) -> None:
    """Give a client its name, or close with a code that says why not."""
    if not (NAME.fullmatch(room) and NAME.fullmatch(username)):
        await websocket.close(4000, "Bad name")
    elif not manager.register_user(username, websocket):
        await websocket.close(4009, "Username taken")


# %% app
app = FastAPI()


@app.websocket("/ws/chat/{room}/{username}")
async def chat(websocket: WebSocket, room: str, username: str) -> None:
    """Let a client into the room under its name, and tell the room who comes and goes."""
    await manager.connect(websocket)
    try:
        await admit(websocket, room, username)
        if manager.users.get(username) is websocket:
            await visit(websocket, room, username)
    finally:
        manager.disconnect(websocket)
