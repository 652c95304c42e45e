"""The bank of “Scale out”: servers that keep its contract, and the usual ones that do not."""

import asyncio
import json
import secrets
from collections import defaultdict, deque
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.check import check
from websocket_lab.grading.finished_exercise import finished_module


GONE = (WebSocketDisconnect, RuntimeError)


class Chat:
    """A right server, in small parts that the wrong ones replace."""

    def __init__(self, broker: Any) -> None:
        self.broker = broker
        self.rooms: dict[str, Any] = {}
        self.lock = asyncio.Lock()

    async def enter(self, room: str, websocket: WebSocket) -> None:
        async with self.lock:
            await self.subscribe(room)
            self.rooms[room][1].append(websocket)

    async def subscribe(self, room: str) -> None:
        if room not in self.rooms:
            self.rooms[room] = (await self.broker.subscribe(room, self.deliver), [])

    async def leave(self, room: str, websocket: WebSocket) -> None:
        async with self.lock:
            self.rooms[room][1].remove(websocket)
            await self.unsubscribe(room)

    async def unsubscribe(self, room: str) -> None:
        if not self.rooms[room][1]:
            await self.broker.unsubscribe(self.rooms.pop(room)[0])

    async def tell(self, room: str, event: Any) -> None:
        await self.broker.publish(room, json.dumps(event | {"room": room}))

    async def deliver(self, room: str, text: str) -> None:
        for member in self.members(room):
            await self.send(member, text)

    def members(self, room: str) -> Any:
        return list(self.rooms[room][1]) if room in self.rooms else []

    async def send(self, member: WebSocket, text: str) -> None:
        with suppress(*GONE):
            await member.send_text(text)

    async def talk(self, websocket: WebSocket, room: str, name: str) -> None:
        await self.tell(room, {"type": "joined", "username": name})
        async for text in websocket.iter_text():
            await self.tell(room, {"type": "message", "from": name, "text": json.loads(text)["text"]})

    async def endpoint(self, websocket: WebSocket, room: str, username: str) -> None:
        await websocket.accept()
        await self.enter(room, websocket)
        try:
            await self.talk(websocket, room, username)
        finally:
            await self.goodbye(websocket, room, username)

    async def goodbye(self, websocket: WebSocket, room: str, username: str) -> None:
        await self.leave(room, websocket)
        await self.tell(room, {"type": "left", "username": username})

    @classmethod
    def make_app(cls, broker: Any) -> FastAPI:
        app = FastAPI()
        app.add_api_websocket_route("/ws/chat/{room}/{username}", cls(broker).endpoint)
        return app


class OneChannel(Chat):
    """Another design: one subscription for the whole process, and each text names its room."""

    def __init__(self, broker: Any) -> None:
        super().__init__(broker)
        self.rooms = defaultdict(lambda: (None, []))
        self.subscription: Any = None

    async def subscribe(self, room: str) -> None:
        self.subscription = self.subscription or await self.broker.subscribe("all", self.deliver)

    async def unsubscribe(self, room: str) -> None:
        if not self.rooms[room][1]:
            del self.rooms[room]

    async def tell(self, room: str, event: Any) -> None:
        await self.broker.publish("all", json.dumps({"room": room, "event": event}))

    async def deliver(self, room: str, text: str) -> None:
        told = json.loads(text)
        await super().deliver(told["room"], json.dumps(told["event"]))


class LocalFirst(Chat):
    """Another design: a process serves its own clients at once, and knows its own texts again."""

    def __init__(self, broker: Any) -> None:
        super().__init__(broker)
        self.id = secrets.token_hex(8)

    async def tell(self, room: str, event: Any) -> None:
        text = json.dumps(event | {"process": self.id})
        await Chat.deliver(self, room, text)
        await self.broker.publish(room, text)

    async def deliver(self, room: str, text: str) -> None:
        if json.loads(text)["process"] != self.id:
            await super().deliver(room, text)


class SendsAtOnce(Chat):
    """Another design: all sends of a text at once."""

    async def deliver(self, room: str, text: str) -> None:
        await asyncio.gather(*(self.send(member, text) for member in self.members(room)))


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda broker: finished_module("scale_out").make_app(broker),
    "small parts": Chat.make_app,
    "one channel": OneChannel.make_app,
    "local first": LocalFirst.make_app,
    "sends at once": SendsAtOnce.make_app,
    "slow": slow(Chat.make_app),
    "slow, local first": slow(LocalFirst.make_app),
}


class LocalToo(Chat):
    async def tell(self, room: str, event: Any) -> None:
        await super().deliver(room, json.dumps(event | {"room": room}))
        await super().tell(room, event)


class NoBroker(Chat):
    async def tell(self, room: str, event: Any) -> None:
        await self.deliver(room, json.dumps(event))


class PublishesAnObject(Chat):
    async def tell(self, room: str, event: Any) -> None:
        await self.broker.publish(room, event)


class NeverAwaits(Chat):
    async def tell(self, room: str, event: Any) -> None:
        with pytest.warns(RuntimeWarning):
            self.broker.publish(room, json.dumps(event))


class AnnouncesTooEarly(Chat):
    async def enter(self, room: str, websocket: WebSocket) -> None:
        self.task = asyncio.create_task(super().enter(room, websocket))

    async def goodbye(self, websocket: WebSocket, room: str, username: str) -> None:
        await self.task
        await super().goodbye(websocket, room, username)


class ForEachConnection(Chat):
    """As in most tutorials: each connection has a subscription of its own."""

    async def enter(self, room: str, websocket: WebSocket) -> None:
        async def deliver(_: str, text: str) -> None:
            await self.send(websocket, text)

        self.rooms[websocket] = await self.broker.subscribe(room, deliver)

    async def leave(self, room: str, websocket: WebSocket) -> None:
        await self.broker.unsubscribe(self.rooms.pop(websocket))


class SubscribesEachTime(Chat):
    async def subscribe(self, room: str) -> None:
        members = self.rooms[room][1] if room in self.rooms else []
        self.rooms[room] = (await self.broker.subscribe(room, self.deliver), members)


class NoLock(Chat):
    async def enter(self, room: str, websocket: WebSocket) -> None:
        await self.subscribe(room)
        self.rooms[room][1].append(websocket)


class RoomsMixed(OneChannel):
    def members(self, room: str) -> Any:
        return [member for _, members in self.rooms.values() for member in members]


class NeverUnsubscribes(Chat):
    async def unsubscribe(self, room: str) -> None:
        pass


class UnsubscribesAtOnce(Chat):
    async def unsubscribe(self, room: str) -> None:
        await self.broker.unsubscribe(self.rooms[room][0])


class OnlyAfterAGoodbye(Chat):
    """Forgets only who leaves with a close frame."""

    async def goodbye(self, websocket: WebSocket, room: str, username: str) -> None:
        if self.code == 1000:
            return await super().goodbye(websocket, room, username)
        self.rooms[room][1].remove(websocket)
        await self.tell(room, {"type": "left", "username": username})

    async def talk(self, websocket: WebSocket, room: str, name: str) -> None:
        await self.tell(room, {"type": "joined", "username": name})
        try:
            while True:
                text = json.loads(await websocket.receive_text())["text"]
                await self.tell(room, {"type": "message", "from": name, "text": text})
        except WebSocketDisconnect as gone:
            self.code = gone.code


class NeverSubscribesAgain(Chat):
    known: Any = None

    async def subscribe(self, room: str) -> None:
        self.known = self.known or set()
        if room in self.known:
            self.rooms.setdefault(room, (None, []))
        else:
            self.known.add(room)
            await super().subscribe(room)

    async def unsubscribe(self, room: str) -> None:
        if not self.rooms[room][1] and self.rooms[room][0]:
            await self.broker.unsubscribe(self.rooms.pop(room)[0])


class NoGuard(Chat):
    async def send(self, member: WebSocket, text: str) -> None:
        await member.send_text(text)


class NoCopy(Chat):
    """Keeps a dict of members, and loops over it while others leave."""

    async def deliver(self, room: str, text: str) -> None:
        people = self.rooms[room][1] if room in self.rooms else deque()
        for member in people:
            await self.send(member, text)

    async def subscribe(self, room: str) -> None:
        if room not in self.rooms:
            self.rooms[room] = (await self.broker.subscribe(room, self.deliver), deque())


class ATaskForEach(Chat):
    async def tell(self, room: str, event: Any) -> None:
        self.tasks = getattr(self, "tasks", set())
        self.tasks.add(asyncio.create_task(super().tell(room, event)))


class WithHistory(Chat):
    """Sends everybody who comes what was said before."""

    async def enter(self, room: str, websocket: WebSocket) -> None:
        await super().enter(room, websocket)
        for text in self.texts[room]:
            await websocket.send_text(text)

    @property
    def texts(self) -> Any:
        return self.__dict__.setdefault("_texts", defaultdict(list))

    async def deliver(self, room: str, text: str) -> None:
        if '"message"' in text:
            self.texts[room].append(text)
        await super().deliver(room, text)


class SaysNoGoodbye(Chat):
    async def goodbye(self, websocket: WebSocket, room: str, username: str) -> None:
        await self.leave(room, websocket)


class GoodbyeAtHome(Chat):
    """Tells only the own process who has left."""

    async def goodbye(self, websocket: WebSocket, room: str, username: str) -> None:
        await self.leave(room, websocket)
        await self.deliver(room, json.dumps({"type": "left", "username": username}))


class SharedBroker(Chat):
    """Keeps the first broker that it was given in a variable that all share."""

    brokers: list[Any] = []

    @classmethod
    def make_app(cls, broker: Any) -> FastAPI:
        if len(cls.brokers) == 3:
            cls.brokers.clear()
        cls.brokers.append(broker)
        return super().make_app(cls.brokers[0])


ONCE, CROSS = "a_process_delivers_once", "two_processes_hear_each_other"
EMPTY = "an_empty_room_is_given_up"
WRONG: dict[str, tuple[type[Chat], str, str]] = {
    "local too": (LocalToo, ONCE, "The broker brings it back"),
    "publishes an object": (PublishesAnObject, ONCE, "raises an exception"),
    "never awaits": (NeverAwaits, ONCE, "subscribes, and only then publishes"),
    "announces too early": (AnnouncesTooEarly, ONCE, "subscribes, and only then publishes"),
    "subscribes each time": (SubscribesEachTime, ONCE, "not one for each connection"),
    "no broker": (NoBroker, CROSS, "on all processes"),
    "rooms mixed": (RoomsMixed, "rooms_stay_apart", "another room"),
    "a task for each": (ATaskForEach, "the_order_is_kept", "goes its own way"),
    "for each connection": (ForEachConnection, "one_subscription_for_a_room", "is enough"),
    "no lock": (NoLock, "one_subscription_for_a_room", "under the same lock"),
    "never unsubscribes": (NeverUnsubscribes, EMPTY, "unsubscribe, in `finally`"),
    "unsubscribes at once": (UnsubscribesAtOnce, EMPTY, "only when the last one here has gone"),
    "only after a goodbye": (OnlyAfterAGoodbye, EMPTY, "someone vanishes"),
    "never subscribes again": (NeverSubscribesAgain, EMPTY, "subscribes once more"),
    "no goodbye": (SaysNoGoodbye, EMPTY, "someone leaves or vanishes"),
    "goodbye at home": (GoodbyeAtHome, EMPTY, "someone leaves or vanishes"),
    "no guard": (NoGuard, "who_vanishes_stops_nobody", "Guard each send"),
    "no copy": (NoCopy, "who_vanishes_stops_nobody", "loop over a copy"),
    "with history": (WithHistory, "who_comes_later_hears_what_comes_then", "keep nothing"),
    "shared broker": (SharedBroker, "only_the_broker_connects", "share no variables"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("scale_out", make_app)


@pytest.mark.parametrize(("server", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_server_fails_at_its_step(server: type[Chat], step: str, words: str) -> None:
    fails("scale_out", server.make_app, step, words)


def test_an_exception_in_deliver_is_shown() -> None:
    assert "WebSocketDisconnect" in check("scale_out", NoGuard.make_app).trace


def test_an_app_instead_of_the_function_is_named() -> None:
    verdict = check("scale_out", FastAPI())

    assert "without brackets" in verdict.message
