"""The bank of lesson 8's your-turn: chats that welcome a newcomer, and the usual ones that do not."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI

from server_snippets.step_08_chat_rooms import ChatServer, Member
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


Greet = Callable[[ChatServer, Member], Awaitable[Any]]


def welcome(member: Member, **more: str) -> dict[str, str]:
    return {"type": "welcome", "username": member.username} | more


def chat(greet: Greet) -> MakeApp:
    """Return a function that makes a chat: what it does when someone has joined."""

    class Greeting(ChatServer):
        async def joined(self, member: Member) -> None:
            await super().joined(member)
            await greet(self, member)

    def make_app() -> FastAPI:
        return Greeting().make_app()

    return make_app


async def by_the_chat(chat: ChatServer, member: Member) -> None:
    await chat.tell(welcome(member), member)


async def by_the_manager(chat: ChatServer, member: Member) -> None:
    await chat.manager.send_personal_message(json.dumps(welcome(member)), member.websocket)


async def to_the_user(chat: ChatServer, member: Member) -> None:
    await chat.tell_user(welcome(member, text="Hi!"), member.username)


def before_the_talk() -> FastAPI:
    class Greeting(ChatServer):
        async def talk(self, member: Member) -> None:
            await member.websocket.send_json(welcome(member))
            await super().talk(member)

    return Greeting().make_app()


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("welcome"),  # type: ignore[dict-item, return-value]
    "by the chat": chat(by_the_chat),
    "by the manager": chat(by_the_manager),
    "to the user": chat(to_the_user),
    "before the talk": before_the_talk,
    "slow": slow(chat(by_the_chat)),
}


async def nothing(chat: ChatServer, member: Member) -> None:
    pass


async def to_the_room(chat: ChatServer, member: Member) -> None:
    await chat.tell_room(welcome(member), member.room)


async def twice(chat: ChatServer, member: Member) -> None:
    await by_the_chat(chat, member)
    await to_the_user(chat, member)


async def to_everyone_who_is_there(chat: ChatServer, member: Member) -> None:
    for websocket in list(chat.manager.rooms[member.room]):
        await websocket.send_json(welcome(member))


async def by_the_rooms_name(chat: ChatServer, member: Member) -> None:
    await chat.tell({"type": "welcome", "username": member.room}, member)


async def no_json(chat: ChatServer, member: Member) -> None:
    await member.websocket.send_text(f"Welcome, {member.username}!")


async def a_dict_as_text(chat: ChatServer, member: Member) -> None:
    await chat.manager.send_to_user(welcome(member), member.username)  # type: ignore[arg-type]


async def forgets_to_await(chat: ChatServer, member: Member) -> None:
    chat.tell(welcome(member), member)


async def joined_again(chat: ChatServer, member: Member) -> None:
    await chat.tell({"type": "joined", "username": member.username}, member)


def after_the_talk() -> FastAPI:
    class Greeting(ChatServer):
        async def talk(self, member: Member) -> None:
            await super().talk(member)
            await self.tell(welcome(member), member)

    return Greeting().make_app()


WELCOMED, NOBODY_ELSE = "a_newcomer_is_welcomed", "nobody_else_is_welcomed"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (chat(nothing), WELCOMED, "below `super().joined(member)`"),
    "after the talk": (after_the_talk, WELCOMED, "in `joined`"),
    "by the room's name": (chat(by_the_rooms_name), WELCOMED, "is `member.username`"),
    "no JSON": (chat(no_json), WELCOMED, "no JSON"),
    "a dict as text": (chat(a_dict_as_text), WELCOMED, ""),
    "forgets to await": (chat(forgets_to_await), WELCOMED, "was never awaited"),
    "joined again": (chat(joined_again), WELCOMED, "of the type `welcome`"),
    "to the room": (chat(to_the_room), NOBODY_ELSE, "It goes to `member` alone"),
    "to everyone who is there": (chat(to_everyone_who_is_there), NOBODY_ELSE, "It goes to `member` alone"),
    "twice": (chat(twice), WELCOMED, "Once is enough"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_chat_passes(make_app: MakeApp) -> None:
    passes("welcome", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_chat_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("welcome", make_app, step, words)
