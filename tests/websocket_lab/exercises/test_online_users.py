"""The bank of “Online users”: servers that keep its contract, and the usual ones that do not."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server_snippets import main
from server_snippets.step_08_chat_rooms import ChatServer, Member
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


def users_event(room: str, users: Any) -> dict[str, Any]:
    return {"type": "users", "room": room, "users": users}


class RightChat(ChatServer):
    """A right server, in small parts that the wrong ones replace."""

    async def joined(self, member: Member) -> None:
        await super().joined(member)
        await self.tell_users(member.room)

    async def left(self, member: Member) -> None:
        await super().left(member)
        await self.tell_users(member.room)

    async def tell_users(self, room: str) -> None:
        await self.tell_room(users_event(room, self.users_in(room)), room)

    def users_in(self, room: str) -> Any:
        return sorted(self.names_in(room))

    def names_in(self, room: str) -> list[str]:
        inside = self.manager.rooms.get(room, set())
        return [name for name, websocket in self.manager.users.items() if websocket in inside]


class OwnNames(RightChat):
    """Another design: it notes names itself, and sends more than the exercise asks."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, set[str]] = {}

    async def joined(self, member: Member) -> None:
        self.names.setdefault(member.room, set()).add(member.username)
        await self.tell({"type": "hello", "username": member.username}, member)
        await super().joined(member)

    async def left(self, member: Member) -> None:
        self.names[member.room].discard(member.username)
        await super().left(member)

    async def tell_users(self, room: str) -> None:
        users = sorted(self.names[room])
        await self.tell_room(users_event(room, users) | {"count": len(users)}, room)


class Gathers(RightChat):
    """Another design: changes within 50 ms share one list."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[str, asyncio.Task[None]] = {}

    async def tell_users(self, room: str) -> None:
        if room not in self.waiting:
            self.waiting[room] = asyncio.create_task(self.tell_later(room))

    async def tell_later(self, room: str) -> None:
        await asyncio.sleep(0.05)
        del self.waiting[room]
        await super().tell_users(room)


class OneDict:
    """Another design: no manager, one dict for each room, one message after the other."""

    def __init__(self) -> None:
        self.rooms: dict[str, dict[str, WebSocket]] = {}

    async def tell_room(self, room: str, event: dict[str, Any]) -> None:
        for websocket in list(self.rooms[room].values()):
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.send_json(event)

    async def tell_change(self, room: str, kind: str, name: str) -> None:
        await self.tell_room(room, {"type": kind, "room": room, "username": name})
        await self.tell_room(room, users_event(room, sorted(self.rooms[room])))

    async def chat(self, websocket: WebSocket, room: str, name: str) -> None:
        await websocket.accept()
        if name in self.rooms.setdefault(room, {}):
            return await websocket.close(4009)
        self.rooms[room][name] = websocket
        await self.tell_change(room, "joined", name)
        try:
            while True:
                text = (await websocket.receive_json())["text"]
                await self.tell_room(room, {"type": "message", "room": room, "from": name, "text": text})
        except WebSocketDisconnect as left:
            await self.goodbye(room, name, left.code)

    async def goodbye(self, room: str, name: str, code: int) -> None:
        del self.rooms[room][name]
        await self.tell_change(room, "left", name)

    def make_app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_websocket_route("/ws/chat/{room}/{name}", self.chat)
        return app


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda: finished_app("online_users"),  # type: ignore[dict-item, return-value]
    "small parts": lambda: RightChat().make_app(),
    "own names": lambda: OwnNames().make_app(),
    "one list for several changes": lambda: Gathers().make_app(),
    "one dict": lambda: OneDict().make_app(),
    "slow": slow(lambda: RightChat().make_app()),
    "slow, one dict": slow(lambda: OneDict().make_app()),
    "slow, one list for several changes": slow(lambda: Gathers().make_app()),
    "the whole server": main.make_app,
}


class OnlyOthers(RightChat):
    async def joined(self, member: Member) -> None:
        await ChatServer.joined(self, member)
        event = users_event(member.room, self.users_in(member.room))
        await self.tell_others(event, member)


class OnlyNewcomer(RightChat):
    async def joined(self, member: Member) -> None:
        await ChatServer.joined(self, member)
        await self.tell(users_event(member.room, self.users_in(member.room)), member)


class ListFirst(RightChat):
    async def joined(self, member: Member) -> None:
        await self.tell_users(member.room)
        await ChatServer.joined(self, member)


class NoJoined(RightChat):
    async def joined(self, member: Member) -> None:
        await self.tell_users(member.room)


class WithoutNewcomer(RightChat):
    async def joined(self, member: Member) -> None:
        users = [name for name in self.users_in(member.room) if name != member.username]
        await ChatServer.joined(self, member)
        await self.tell_room(users_event(member.room, users), member.room)


class AsText(RightChat):
    def users_in(self, room: str) -> str:
        return ", ".join(sorted(self.names_in(room)))


class ForgetsReturn(RightChat):
    def users_in(self, room: str) -> None:
        sorted(self.names_in(room))


class Unserialisable(RightChat):
    def users_in(self, room: str) -> Any:
        return set(self.names_in(room))


class NoRoom(RightChat):
    async def tell_users(self, room: str) -> None:
        await self.tell_room({"type": "users", "users": self.users_in(room)}, room)


class AllNames(RightChat):
    def names_in(self, room: str) -> list[str]:
        return list(self.manager.users)


class ToAllRooms(RightChat):
    async def tell_users(self, room: str) -> None:
        for each in list(self.manager.rooms):
            await self.tell_room(users_event(room, self.users_in(room)), each)


class Twice(RightChat):
    async def joined(self, member: Member) -> None:
        await super().joined(member)
        await self.tell(users_event(member.room, self.users_in(member.room)), member)


class AfterEveryMessage(RightChat):
    async def said(self, member: Member, text: str) -> None:
        await self.tell_users(member.room)
        await super().said(member, text)


class InOrderOfComing(RightChat):
    def users_in(self, room: str) -> list[str]:
        return self.names_in(room)


class LatestFirst(RightChat):
    def users_in(self, room: str) -> list[str]:
        return sorted(self.names_in(room), reverse=True)


class SilentLeaving(RightChat):
    async def left(self, member: Member) -> None:
        await ChatServer.left(self, member)


class ListBeforeLeft(RightChat):
    async def left(self, member: Member) -> None:
        await self.tell_users(member.room)
        await ChatServer.left(self, member)


class NeverTakenOff(RightChat):
    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, set[str]] = {}

    def names_in(self, room: str) -> list[str]:
        names = self.names.setdefault(room, set())
        names.update(super().names_in(room))
        return list(names)


class CountedTwice(RightChat):
    async def joined(self, member: Member) -> None:
        await ChatServer.joined(self, member)
        users = sorted([*self.names_in(member.room), member.username])
        await self.tell_room(users_event(member.room, users), member.room)


class NeedsGoodbye(OneDict):
    async def goodbye(self, room: str, name: str, code: int) -> None:
        if code == 1000:
            await super().goodbye(room, name, code)


class KeepsTheVanished(OneDict):
    async def goodbye(self, room: str, name: str, code: int) -> None:
        if code == 1000:
            return await super().goodbye(room, name, code)
        await self.tell_change(room, "left", name)


class RefusedIsTold(RightChat):
    async def admit(self, websocket: WebSocket, room: str, username: str) -> bool:
        admitted = await super().admit(websocket, room, username)
        if not admitted:
            await self.tell_users(room)
        return admitted


class RefusedTakesOff(OwnNames):
    async def admit(self, websocket: WebSocket, room: str, username: str) -> bool:
        admitted = await super().admit(websocket, room, username)
        if not admitted:
            self.names[room].discard(username)
        return admitted


class SecondGetsIn(RightChat):
    async def admit(self, websocket: WebSocket, room: str, username: str) -> bool:
        self.manager.users[username] = websocket
        return True


class OldList(RightChat):
    """Keeps lists until they are sent, and sends the latest of them first."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: list[list[str]] = []

    async def joined(self, member: Member) -> None:
        self.lists.append(self.users_in(member.room))
        await ChatServer.joined(self, member)
        await self.tell_room(users_event(member.room, self.lists.pop()), member.room)


class Throttles(RightChat):
    """Tells at most one change in five seconds, and forgets the others."""

    def __init__(self) -> None:
        super().__init__()
        self.told = float("-inf")

    async def tell_users(self, room: str) -> None:
        now = asyncio.get_running_loop().time()
        if now - self.told > 5:
            self.told = now
            await super().tell_users(room)


class LoopsOverTheLiving(OneDict):
    async def tell_room(self, room: str, event: dict[str, Any]) -> None:
        for websocket in self.rooms[room].values():
            await websocket.send_json(event)


WRONG = {
    ChatServer: ("a_newcomer_hears_who_is_there", "After each change the list goes to everyone"),
    OnlyOthers: ("a_newcomer_hears_who_is_there", "After each change the list goes to everyone"),
    ListFirst: ("a_newcomer_hears_who_is_there", "The list comes too early"),
    NoJoined: ("a_newcomer_hears_who_is_there", "The list comes too early"),
    WithoutNewcomer: ("a_newcomer_hears_who_is_there", "Somebody is missing"),
    AsText: ("a_newcomer_hears_who_is_there", "users is a list of names"),
    ForgetsReturn: ("a_newcomer_hears_who_is_there", "users is a list of names"),
    NoRoom: ("a_newcomer_hears_who_is_there", "which room"),
    Unserialisable: ("a_newcomer_hears_who_is_there", "ended with an exception"),
    LatestFirst: ("a_newcomer_hears_who_is_there", "wrong order"),
    CountedTwice: ("a_newcomer_hears_who_is_there", "is on it twice"),
    OnlyNewcomer: ("everyone_hears_it_once", "After each change the list goes to everyone"),
    AllNames: ("rooms_have_lists_of_their_own", "in another room"),
    ToAllRooms: ("rooms_have_lists_of_their_own", "only to its own room"),
    Twice: ("rooms_have_lists_of_their_own", "once for each change"),
    AfterEveryMessage: ("rooms_have_lists_of_their_own", "once for each change"),
    InOrderOfComing: ("the_list_is_sorted", "wrong order"),
    SilentLeaving: ("who_leaves_is_taken_off", "After each change"),
    ListBeforeLeft: ("who_leaves_is_taken_off", "The list comes too early"),
    NeverTakenOff: ("who_leaves_is_taken_off", "Someone who has left is still on it"),
    NeedsGoodbye: ("who_vanishes_is_taken_off", "someone who vanishes"),
    KeepsTheVanished: ("who_vanishes_is_taken_off", "Someone who has left is still on it"),
    RefusedIsTold: ("a_refused_login_changes_nothing", "Somebody was refused"),
    RefusedTakesOff: ("a_refused_login_changes_nothing", "Somebody is missing"),
    SecondGetsIn: ("a_refused_login_changes_nothing", "gets in"),
    OldList: ("all_at_once", "at the moment when you send it"),
    Throttles: ("a_newcomer_hears_who_is_there", "After each change the list goes to everyone"),
    LoopsOverTheLiving: ("all_at_once", "ended with an exception"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("online_users", make_app)


@pytest.mark.parametrize(("server", "step", "words"), [(server, *told) for server, told in WRONG.items()])
def test_a_wrong_server_fails_at_its_step(server: type[ChatServer], step: str, words: str) -> None:
    fails("online_users", lambda: server().make_app(), step, words)
