"""The bank of “Message history”: servers that keep its contract, and the usual ones that do not."""

import asyncio
from collections import defaultdict, deque
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server_snippets import main
from server_snippets.step_08_chat_rooms import ChatServer, Event, Member
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


def history_event(room: str, messages: Any) -> dict[str, Any]:
    return {"type": "history", "room": room, "messages": messages}


def message_event(member: Member, text: str) -> dict[str, Any]:
    return {"type": "message", "room": member.room, "from": member.username, "text": text}


class RightChat(ChatServer):
    """A right server, in small parts that the wrong ones replace."""

    length: int | None = 50

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, deque[Any]] = defaultdict(lambda: deque(maxlen=self.length))

    async def joined(self, member: Member) -> None:
        await self.tell_history(member)
        await super().joined(member)

    async def tell_history(self, member: Member) -> None:
        await self.tell(history_event(member.room, self.recall(member.room)), member)

    def recall(self, room: str) -> Any:
        return list(self.kept[room])

    async def said(self, member: Member, text: str) -> None:
        self.keep(message_event(member, text))
        await super().said(member, text)

    def keep(self, event: Event) -> None:
        self.kept[str(event["room"])].append(event)


class Listens(RightChat):
    """Another design: it remembers what passes by on its way to the room."""

    async def said(self, member: Member, text: str) -> None:
        await ChatServer.said(self, member, text)

    async def tell_room(self, event: Event, room: str) -> None:
        if event["type"] == "message":
            self.keep(event)
        await super().tell_room(event, room)


class Whispers(RightChat):
    """A right server that knows private messages, too."""

    async def said(self, member: Member, text: str) -> None:
        if not text.startswith("/pm "):
            return await super().said(member, text)
        _, name, words = text.split(maxsplit=2)
        event = {"type": "private", "from": member.username, "to": name, "text": words}
        await self.tell_user(event, name)
        await self.tell(event, member)


class OneDict:
    """Another design: no manager, one message after the other, numbered messages, a hello for newcomers."""

    def __init__(self) -> None:
        self.rooms: dict[str, dict[str, WebSocket]] = {}
        self.said: list[dict[str, Any]] = []

    async def tell_room(self, room: str, event: dict[str, Any]) -> None:
        for websocket in list(self.rooms[room].values()):
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.send_json(event)

    def history(self, room: str) -> dict[str, Any]:
        return history_event(room, [event for event in self.said if event["room"] == room][-50:])

    async def enter(self, websocket: WebSocket, room: str, name: str) -> None:
        self.rooms.setdefault(room, {})[name] = websocket
        await websocket.send_json(self.history(room))

    async def chat(self, websocket: WebSocket, room: str, name: str) -> None:
        await websocket.accept()
        await websocket.send_json({"type": "hello"})
        await self.enter(websocket, room, name)
        await self.tell_room(room, {"type": "joined", "room": room, "username": name})
        with suppress(WebSocketDisconnect):
            while True:
                await self.say(room, name, (await websocket.receive_json())["text"])
        del self.rooms[room][name]
        await self.tell_room(room, {"type": "left", "room": room, "username": name})

    async def say(self, room: str, name: str, text: str) -> None:
        event = {"type": "message", "id": len(self.said), "room": room, "from": name, "text": text}
        self.said.append(event)
        await self.tell_room(room, event)

    def make_app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_websocket_route("/ws/chat/{room}/{name}", self.chat)
        return app


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda: finished_app("message_history"),  # type: ignore[dict-item, return-value]
    "small parts": lambda: RightChat().make_app(),
    "listens to what passes by": lambda: Listens().make_app(),
    "knows private messages": lambda: Whispers().make_app(),
    "one dict": lambda: OneDict().make_app(),
    "slow": slow(lambda: RightChat().make_app()),
    "slow, one dict": slow(lambda: OneDict().make_app()),
    "the whole server": main.make_app,
}


class AfterJoined(RightChat):
    async def joined(self, member: Member) -> None:
        await ChatServer.joined(self, member)
        await self.tell_history(member)


class NothingIfEmpty(RightChat):
    async def tell_history(self, member: Member) -> None:
        if self.kept[member.room]:
            await super().tell_history(member)


class NoSuchRoom(RightChat):
    def recall(self, room: str) -> Any:
        return list(dict(self.kept)[room])


class TellsADeque(RightChat):
    def recall(self, room: str) -> Any:
        return self.kept[room]


class NoJoined(RightChat):
    async def joined(self, member: Member) -> None:
        await self.tell_history(member)


class OneByOne(RightChat):
    async def tell_history(self, member: Member) -> None:
        for event in self.recall(member.room) or [history_event(member.room, [])]:
            await self.tell(event, member)


class TextsOnly(RightChat):
    def keep(self, event: Event) -> None:
        self.kept[str(event["room"])].append(event["text"])


class NoSpeaker(RightChat):
    def keep(self, event: Event) -> None:
        super().keep({"type": "message", "room": event["room"], "text": event["text"]})


class DoesNotPassOn(RightChat):
    async def said(self, member: Member, text: str) -> None:
        self.keep(message_event(member, text))


class RemembersNothing(RightChat):
    def keep(self, event: Event) -> None:
        pass


class OneForAllRooms(RightChat):
    def __init__(self) -> None:
        super().__init__()
        one: deque[Any] = deque(maxlen=50)
        self.kept = defaultdict(lambda: one)


class ToTheRoom(RightChat):
    async def tell_history(self, member: Member) -> None:
        await self.tell_room(history_event(member.room, self.recall(member.room)), member.room)


class NewestFirst(RightChat):
    def keep(self, event: Event) -> None:
        self.kept[str(event["room"])].appendleft(event)


class TakesOut(RightChat):
    def recall(self, room: str) -> list[Any]:
        kept = self.kept[room]
        return [kept.popleft() for _ in range(len(kept))]


class Keeps49(RightChat):
    length = 49


class Keeps51(RightChat):
    length = 51


class KeepsAll(RightChat):
    length = None


class KeepsTheFirst(RightChat):
    length = None

    def recall(self, room: str) -> list[Any]:
        return list(self.kept[room])[:50]


class EverythingThatPasses(Listens):
    async def tell_room(self, event: Event, room: str) -> None:
        self.keep(event)
        await ChatServer.tell_room(self, event, room)


class WhoLeft(RightChat):
    async def left(self, member: Member) -> None:
        self.keep({"type": "left", "room": member.room, "username": member.username})
        await super().left(member)


class Leaks(Whispers):
    async def said(self, member: Member, text: str) -> None:
        if text.startswith("/pm "):
            self.keep(message_event(member, text))
        await super().said(member, text)


class LeaksEvents(Whispers):
    async def tell_user(self, event: Event, username: str) -> None:
        self.keep({"room": next(iter(self.kept))} | dict(event))
        for room in self.kept:
            self.keep({**event, "room": room})
        await super().tell_user(event, username)


class RemembersAfterwards(RightChat):
    async def said(self, member: Member, text: str) -> None:
        await ChatServer.said(self, member, text)
        self.keep(message_event(member, text))


class EntersAfterwards(OneDict):
    async def enter(self, websocket: WebSocket, room: str, name: str) -> None:
        await websocket.send_json(self.history(room))
        self.rooms.setdefault(room, {})[name] = websocket


class RecallsLater(OneDict):
    async def enter(self, websocket: WebSocket, room: str, name: str) -> None:
        self.rooms.setdefault(room, {})[name] = websocket
        await websocket.send_json({"type": "hello again"})
        await websocket.send_json(self.history(room))


class PassesOnLater(OneDict):
    def __init__(self) -> None:
        super().__init__()
        self.line: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.tasks: set[asyncio.Task[None]] = set()

    async def say(self, room: str, name: str, text: str) -> None:
        event = {"type": "message", "room": room, "from": name, "text": text}
        self.said.append(event)
        self.line.put_nowait(event)
        if not self.tasks:
            self.tasks.add(asyncio.create_task(self.pass_on()))

    async def pass_on(self) -> None:
        while event := await self.line.get():
            await self.tell_room(event["room"], event)


class OnlyTextsInAHurry(RightChat):
    """Sends a history of another shape to whoever joins while somebody is talking."""

    async def tell_history(self, member: Member) -> None:
        texts = [event["text"] for event in self.recall(member.room)]
        is_hurry = texts and texts[0].startswith("1 ") and len(texts) <= 12
        event = {"type": "history", "room": member.room, "messages": texts}
        await (self.tell(event, member) if is_hurry else super().tell_history(member))


WRONG = {
    ChatServer: ("a_new_room_has_an_empty_history", "before anything else"),
    AfterJoined: ("a_new_room_has_an_empty_history", "before anything else"),
    NothingIfEmpty: ("a_new_room_has_an_empty_history", "also when it is empty"),
    NoSuchRoom: ("a_new_room_has_an_empty_history", "ended with an exception"),
    TellsADeque: ("a_new_room_has_an_empty_history", "A deque is not JSON"),
    NoJoined: ("a_new_room_has_an_empty_history", "everyone is told who joined"),
    OneByOne: ("a_newcomer_hears_what_was_said", "not one by one"),
    TextsOnly: ("a_newcomer_hears_what_was_said", "the events as the room received them"),
    NoSpeaker: ("a_newcomer_hears_what_was_said", "Keep the whole event"),
    DoesNotPassOn: ("a_newcomer_hears_what_was_said", "Remembering it is not enough"),
    RemembersNothing: ("a_newcomer_hears_what_was_said", "The latest is missing"),
    OneForAllRooms: ("rooms_have_histories_of_their_own", "a history for each room"),
    ToTheRoom: ("nobody_else_hears_it", "to the newcomer only"),
    NewestFirst: ("the_oldest_comes_first", "append each at the end"),
    TakesOut: ("two_newcomers_at_once", "missing"),
    Keeps49: ("the_last_fifty_are_kept", "49 came, 50 are right"),
    Keeps51: ("the_last_fifty_are_kept", "51 came, 50 are right"),
    KeepsAll: ("the_last_fifty_are_kept", "deque(maxlen=50)"),
    KeepsTheFirst: ("the_last_fifty_are_kept", "Keep the last 50"),
    EverythingThatPasses: ("a_newcomer_hears_what_was_said", "neither who came"),
    WhoLeft: ("coming_and_going_is_not_in_it", "neither who came"),
    Leaks: ("private_messages_are_not_in_it", "A private message is in it"),
    LeaksEvents: ("private_messages_are_not_in_it", "nor private messages"),
    RemembersAfterwards: ("nothing_is_lost_or_doubled", "remember it before you pass it on"),
    EntersAfterwards: ("nothing_is_lost_or_doubled", "making the history and entering the room"),
    RecallsLater: ("nothing_is_lost_or_doubled", "between entering the room and making the history"),
    OnlyTextsInAHurry: ("nothing_is_lost_or_doubled", "the events as the room received them"),
    PassesOnLater: ("nothing_is_lost_or_doubled", "remembering it and passing it on"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("message_history", make_app)


@pytest.mark.parametrize(("server", "step", "words"), [(server, *told) for server, told in WRONG.items()])
def test_a_wrong_server_fails_at_its_step(server: type[ChatServer], step: str, words: str) -> None:
    fails("message_history", lambda: server().make_app(), step, words)
