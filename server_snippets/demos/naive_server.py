"""The whole server, written in a hurry: it works as long as nothing goes wrong.

Lesson 15 runs its checklist on it, and every practice fails.
Run it: uvicorn server_snippets.demos.naive_server:app
"""

from collections import defaultdict
from contextlib import suppress

from fastapi import FastAPI, WebSocket


Rooms = defaultdict[str, list[WebSocket]]

TOKEN = "secret-token"


def make_naive_app() -> FastAPI:
    """Return a new server with the endpoints that the checklist visits."""
    app = FastAPI()
    rooms: Rooms = defaultdict(list)
    channels: Rooms = defaultdict(list)

    @app.websocket("/ws/chat/{room}/{username}")
    async def chat(websocket: WebSocket, room: str, username: str) -> None:
        await websocket.accept()
        rooms[room].append(websocket)
        await tell(rooms[room], f"{username} joined")
        with suppress(Exception):
            while True:
                said = await websocket.receive_json()
                await tell(rooms[room], f"{username}: {said['text']}")

    @app.websocket("/ws/json")
    async def channel(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(Exception):
            while True:
                await answer(await websocket.receive_json(), websocket, channels)

    @app.websocket("/ws/auth")
    async def authenticate(websocket: WebSocket, token: str = "") -> None:
        await websocket.accept()
        await websocket.send_json({"type": "welcome"})
        async for text in websocket.iter_text():
            await websocket.send_text(f"Echo: {text}" if token == TOKEN else "Invalid token")

    return app


async def tell(members: list[WebSocket], text: str) -> None:
    """Send `text` to one member after the other."""
    for member in members:
        await member.send_text(text)


async def answer(action: dict[str, str], websocket: WebSocket, channels: Rooms) -> None:
    """Carry out one action, whatever it may be."""
    channel = action.get("channel", "")
    if action["action"] == "subscribe":
        channels[channel].append(websocket)
        await websocket.send_json({"type": "subscribed", "channel": channel})
    elif action["action"] == "send":
        await tell(channels[channel], action["message"])
    else:
        await websocket.send_json({"type": "response", "data": action.get("data")})


app = make_naive_app()
