"""The bank of lesson 8's your-turn: chats that welcome a newcomer, and the usual ones that do not."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.step_07_json_messages import reply
from server_snippets.step_08_chat_rooms import admit, manager, notice, talk
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_module


def chat(greet: Callable[[WebSocket, str, str], Awaitable[Any]]) -> MakeApp:
    """Return a function that makes a chat: what it does when someone has joined."""

    def make_app() -> FastAPI:
        app = FastAPI()

        @app.websocket("/ws/chat/{room}/{username}")
        async def endpoint(websocket: WebSocket, room: str, username: str) -> None:
            await manager.connect(websocket)
            try:
                await admit(websocket, room, username)
                manager.join_room(websocket, room)
                await manager.broadcast_to_room(notice("joined", room, username), room)
                await greet(websocket, room, username)
                await talk(websocket, room, username)
            finally:
                manager.unregister_user(username, websocket)
                manager.disconnect(websocket)
                await manager.broadcast_to_room(notice("left", room, username), room)

        return app

    return make_app


async def by_the_manager(websocket: WebSocket, room: str, username: str) -> None:
    await manager.send_personal_message(notice("welcome", room, username), websocket)


async def to_the_user(websocket: WebSocket, room: str, username: str) -> None:
    await manager.send_to_user(json.dumps({"type": "welcome", "username": username, "text": "Hi!"}), username)


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_module("welcome").make_friendly_app(),
    "by the manager": chat(by_the_manager),
    "to the user": chat(to_the_user),
    "slow": slow(chat(by_the_manager)),
}


async def nothing(websocket: WebSocket, room: str, username: str) -> None:
    pass


async def to_the_room(websocket: WebSocket, room: str, username: str) -> None:
    await manager.broadcast_to_room(notice("welcome", room, username), room)


async def twice(websocket: WebSocket, room: str, username: str) -> None:
    await by_the_manager(websocket, room, username)
    await to_the_user(websocket, room, username)


async def to_everyone_who_is_there(websocket: WebSocket, room: str, username: str) -> None:
    for member in list(manager.rooms[room]):
        await reply({"type": "welcome", "username": username}, member)


async def by_the_rooms_name(websocket: WebSocket, room: str, username: str) -> None:
    await reply({"type": "welcome", "username": room}, websocket)


async def no_json(websocket: WebSocket, room: str, username: str) -> None:
    await websocket.send_text(f"Welcome, {username}!")


async def a_dict_as_text(websocket: WebSocket, room: str, username: str) -> None:
    await manager.send_to_user({"type": "welcome", "username": username}, username)  # type: ignore[arg-type]


async def forgets_to_await(websocket: WebSocket, room: str, username: str) -> None:
    reply({"type": "welcome", "username": username}, websocket)


async def joined_again(websocket: WebSocket, room: str, username: str) -> None:
    await reply({"type": "joined", "username": username}, websocket)


async def after_the_talk(websocket: WebSocket, room: str, username: str) -> None:
    await talk(websocket, room, username)
    await reply({"type": "welcome", "username": username}, websocket)


WELCOMED, NOBODY_ELSE = "a_newcomer_is_welcomed", "nobody_else_is_welcomed"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (chat(nothing), WELCOMED, "before `talk`"),
    "after the talk": (chat(after_the_talk), WELCOMED, "before `talk`"),
    "by the room's name": (chat(by_the_rooms_name), WELCOMED, "is `username`"),
    "no JSON": (chat(no_json), WELCOMED, "no JSON"),
    "a dict as text": (chat(a_dict_as_text), WELCOMED, ""),
    "forgets to await": (chat(forgets_to_await), WELCOMED, "was never awaited"),
    "joined again": (chat(joined_again), WELCOMED, "of the type `welcome`"),
    "to the room": (chat(to_the_room), NOBODY_ELSE, "It goes to `websocket` alone"),
    "to everyone who is there": (chat(to_everyone_who_is_there), NOBODY_ELSE, "It goes to `websocket` alone"),
    "twice": (chat(twice), WELCOMED, "Once is enough"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_chat_passes(make_app: MakeApp) -> None:
    passes("welcome", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_chat_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("welcome", make_app, step, words)
