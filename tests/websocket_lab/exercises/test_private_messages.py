"""The bank of “Private messages”: servers that keep its contract, and the usual ones that do not."""

import time
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server_snippets import main
from server_snippets.step_08_chat_rooms import ChatServer, Event, Member
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


def error(code: str) -> dict[str, str]:
    return {"type": "error", "code": code, "detail": "Look again."}


class RightChat(ChatServer):
    """A right server, in small parts that the wrong ones replace."""

    async def said(self, member: Member, text: str) -> None:
        if not text.startswith("/pm"):
            return await super().said(member, text)
        await self.whisper(member, *self.parts(text))

    def parts(self, text: str) -> list[str]:
        return text.split(maxsplit=2)[1:]

    async def whisper(self, member: Member, name: str = "", text: str = "") -> None:
        if not text:
            return await self.refuse(member, "bad_command")
        if name not in self.manager.users:
            return await self.refuse(member, "unknown_user")
        event = {"type": "private", "from": member.username, "to": name, "text": text}
        await self.deliver(event, member)

    async def refuse(self, member: Member, code: str) -> None:
        await self.tell(error(code), member)

    async def deliver(self, event: Any, member: Member) -> None:
        await self.tell_user(event, event["to"])
        await self.tell(event, member)


People = dict[str, tuple[str, WebSocket]]


async def whisper(people: People, name: str, text: str) -> None:
    to, _, words = text.removeprefix("/pm ").partition(" ")
    if not words:
        await people[name][1].send_json(error("bad_command"))
    elif to not in people:
        await people[name][1].send_json(error("unknown_user"))
    else:
        event = {"type": "private", "from": name, "to": to, "text": words, "id": 7}
        for who in {name, to}:
            await people[who][1].send_json(event)


def one_dict_for_all() -> FastAPI:
    """Another design: no classes, one dict, JSON by hand, and it sends more than the exercise asks."""
    app = FastAPI()
    people: People = {}

    async def tell_room(room: str, event: Event) -> None:
        for websocket in [websocket for its_room, websocket in people.values() if its_room == room]:
            await websocket.send_json(event)

    async def hear(room: str, name: str, text: str) -> None:
        if text.startswith("/pm"):
            return await whisper(people, name, text)
        await tell_room(room, {"type": "message", "room": room, "from": name, "text": text})

    @app.websocket("/ws/chat/{room}/{name}")
    async def chat(websocket: WebSocket, room: str, name: str) -> None:
        await websocket.accept()
        people[name] = room, websocket
        await websocket.send_json({"type": "hello", "name": name})
        await tell_room(room, {"type": "joined", "room": room, "username": name})
        with suppress(WebSocketDisconnect):
            while True:
                await hear(room, name, (await websocket.receive_json())["text"])
        del people[name]
        await tell_room(room, {"type": "left", "room": room, "username": name})

    return app


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda: finished_app("private_messages"),  # type: ignore[dict-item, return-value]
    "small parts": lambda: RightChat().make_app(),
    "one dict": one_dict_for_all,
    "slow": slow(lambda: RightChat().make_app()),
    "the whole server": main.make_app,
}


class Leak(RightChat):
    async def deliver(self, event: Any, member: Member) -> None:
        await self.tell_room(event, member.room)


class NoCopy(RightChat):
    async def deliver(self, event: Any, member: Member) -> None:
        await self.tell_user(event, event["to"])


class OnlyCopy(RightChat):
    async def deliver(self, event: Any, member: Member) -> None:
        await self.tell(event, member)


class Twice(RightChat):
    async def deliver(self, event: Any, member: Member) -> None:
        await super().deliver(event, member)
        await self.tell_user(event, event["to"])


class NoReturn(RightChat):
    async def said(self, member: Member, text: str) -> None:
        await super().said(member, text)
        if text.startswith("/pm"):
            await ChatServer.said(self, member, text)


class SwallowsAll(RightChat):
    async def said(self, member: Member, text: str) -> None:
        await self.whisper(member, *self.parts(text))


class FirstWordOnly(RightChat):
    def parts(self, text: str) -> list[str]:
        return text.split()[1:3]


class OneBlank(RightChat):
    def parts(self, text: str) -> list[str]:
        _, *parts = text.split()
        return [*parts[:1], " ".join(parts[1:])]


class Swapped(RightChat):
    async def deliver(self, event: Any, member: Member) -> None:
        await super().deliver(event | {"from": event["to"], "to": event["from"]}, member)


class ToNobody(RightChat):
    async def refuse(self, member: Member, code: str) -> None:
        if code != "unknown_user":
            await super().refuse(member, code)


class ErrorForAll(RightChat):
    async def refuse(self, member: Member, code: str) -> None:
        await self.tell_room(error(code), member.room)


class KeyErrorForUnknown(RightChat):
    async def refuse(self, member: Member, code: str) -> None:
        if code == "unknown_user":
            raise KeyError("ben")
        await super().refuse(member, code)


class Unpacks(RightChat):
    def parts(self, text: str) -> list[str]:
        _, name, words = text.split(maxsplit=2)
        return [name, words]


class OneCode(RightChat):
    async def refuse(self, member: Member, code: str) -> None:
        await super().refuse(member, "unknown_user")


class NeverForgets(RightChat):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    async def joined(self, member: Member) -> None:
        self.seen.add(member.username)
        await super().joined(member)

    async def refuse(self, member: Member, code: str) -> None:
        known = code == "unknown_user" and len(self.seen) > len(self.manager.users)
        if not known:
            await super().refuse(member, code)


class Blocks(RightChat):
    async def deliver(self, event: Any, member: Member) -> None:
        # Again and again: however late the check looks, it finds this.
        while True:
            time.sleep(0.1)


class NotACommand(RightChat):
    async def said(self, member: Member, text: str) -> None:
        await ChatServer.said(self, member, text)


class RepliesWithoutText(RightChat):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: set[tuple[str, str]] = set()

    async def deliver(self, event: Any, member: Member) -> None:
        self.pairs.add((event["from"], event["to"]))
        is_reply = (event["to"], event["from"]) in self.pairs
        await super().deliver(event | {"text": None} if is_reply else event, member)


class RepliesInParts(RepliesWithoutText):
    async def tell(self, event: Any, member: Member) -> None:
        await super().tell(parted(event), member)

    async def tell_user(self, event: Any, username: str) -> None:
        await super().tell_user(parted(event), username)


def parted(event: Any) -> Any:
    return event if event.get("text", "") is not None else event | {"text": ["in", "parts"]}


WRONG = {
    NotACommand: ("two_people_hear_it", "as an ordinary message"),
    OnlyCopy: ("two_people_hear_it", "two people"),
    NoCopy: ("two_people_hear_it", "a copy, to its sender"),
    Swapped: ("two_people_hear_it", "Look at the fields"),
    SwallowsAll: ("everyone_hears_a_message", "goes to the room"),
    Leak: ("nobody_else_hears_it", "Send it to two people, not to the room"),
    Twice: ("nobody_else_hears_it", "gets it twice"),
    NoReturn: ("nobody_else_hears_it", "After a private message, return"),
    FirstWordOnly: ("all_words_arrive", "text.split(maxsplit=2)"),
    OneBlank: ("all_words_arrive", "text.split(maxsplit=2)"),
    ToNobody: ("an_unknown_user_is_an_error", "tell the sender"),
    KeyErrorForUnknown: ("an_unknown_user_is_an_error", "must not end the connection"),
    ErrorForAll: ("an_unknown_user_is_an_error", "to nobody else"),
    Unpacks: ("a_missing_text_is_an_error", "Unpacking too few parts"),
    OneCode: ("a_missing_text_is_an_error", "bad_command"),
    NeverForgets: ("who_has_left_is_unknown", "Forget them in `finally`"),
    RepliesWithoutText: ("two_pairs_at_once", "text all that follows the name"),
    RepliesInParts: ("two_pairs_at_once", "text all that follows the name"),
    Blocks: ("two_people_hear_it", "blocks the event loop"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("private_messages", make_app)


@pytest.mark.parametrize(("server", "step", "words"), [(server, *told) for server, told in WRONG.items()])
def test_a_wrong_server_fails_at_its_step(server: type[ChatServer], step: str, words: str) -> None:
    fails("private_messages", lambda: server().make_app(), step, words)
