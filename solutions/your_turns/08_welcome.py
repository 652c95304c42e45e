"""Lesson 8, your turn: welcome a newcomer by name."""

from fastapi import FastAPI, WebSocket

from server_snippets.step_07_json_messages import reply
from server_snippets.step_08_chat_rooms import admit, manager, notice, talk


# %% your turn
async def visit_and_be_welcomed(websocket: WebSocket, room: str, username: str) -> None:
    manager.join_room(websocket, room)
    try:
        await manager.broadcast_to_room(notice("joined", room, username), room)
        ### BEGIN SOLUTION
        await reply({"type": "welcome", "username": username}, websocket)
        ### END SOLUTION
        await talk(websocket, room, username)
    finally:
        manager.leave_room(websocket, room)
        manager.unregister_user(username, websocket)
        await manager.broadcast_to_room(notice("left", room, username), room)


def make_friendly_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws/chat/{room}/{username}")
    async def chat(websocket: WebSocket, room: str, username: str) -> None:
        await manager.connect(websocket)
        try:
            await admit(websocket, room, username)
            if manager.users.get(username) is websocket:
                await visit_and_be_welcomed(websocket, room, username)
        finally:
            manager.disconnect(websocket)

    return app
