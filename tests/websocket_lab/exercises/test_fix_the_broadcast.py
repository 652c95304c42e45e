"""The bank of “Fix the broadcast”: managers that hold on a bad day, and the usual ones that do not."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.step_04_connection_manager import GONE, ConnectionManager, say_goodbye
from server_snippets.step_04_naive_broadcast import NaiveManager
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app, finished_module


def server_of(manager_of_a_room: Callable[[], Any], greeting: str = "") -> MakeApp:
    """Return a function that makes a server with one manager for each room."""

    def make_app() -> FastAPI:
        app = FastAPI()
        rooms: defaultdict[str, Any] = defaultdict(manager_of_a_room)

        @app.websocket("/ws/{room}")
        async def chat(websocket: WebSocket, room: str) -> None:
            manager = rooms[room]
            await manager.connect(websocket)
            try:
                if greeting:
                    await websocket.send_text(greeting)
                async for text in websocket.iter_text():
                    await manager.broadcast(text)
            finally:
                manager.disconnect(websocket)

        return app

    return make_app


class Parts(NaiveManager):
    """A right manager, in small parts that the wrong ones replace: one after the other, with a deadline."""

    def disconnect(self, websocket: WebSocket) -> None:
        if websocket in self.active_connections:
            super().disconnect(websocket)

    def receivers(self) -> Iterable[WebSocket]:
        return list(self.active_connections)

    async def broadcast(self, message: str) -> None:
        for each in self.receivers():
            await self.deliver(message, each)

    async def deliver(self, message: str, websocket: WebSocket) -> None:
        try:
            await self.send(message, websocket)
        except GONE:
            self.disconnect(websocket)
        except TimeoutError:
            await self.let_go(websocket)

    async def send(self, message: str, websocket: WebSocket) -> None:
        async with asyncio.timeout(1):
            await websocket.send_text(message)

    async def let_go(self, websocket: WebSocket) -> None:
        self.disconnect(websocket)
        say_goodbye(websocket)


class AllAtOnce:
    """Another design: a dict, and gather that keeps the exceptions; the dead are taken out afterwards."""

    def __init__(self) -> None:
        self.clients: dict[int, WebSocket] = {}

    async def connect(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self.clients[id(websocket)] = websocket

    def disconnect(self, websocket: WebSocket) -> None:
        self.clients.pop(id(websocket), None)

    async def broadcast(self, message: str) -> None:
        receivers = list(self.clients.values())
        sends = [asyncio.wait_for(each.send_text(message), 0.5) for each in receivers]
        results = await asyncio.gather(*sends, return_exceptions=True)
        for each in [each for each, result in zip(receivers, results, strict=True) if result is not None]:
            self.disconnect(each)
            say_goodbye(each)


class Queues:
    """Another design: each client has a queue and a task that empties it, so nobody waits for anybody."""

    def __init__(self) -> None:
        self.queues: dict[WebSocket, asyncio.Queue[str]] = {}
        self.postmen: dict[WebSocket, asyncio.Task[None]] = {}

    async def connect(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self.queues[websocket] = asyncio.Queue()
        self.postmen[websocket] = asyncio.create_task(self.empty(websocket))

    async def empty(self, websocket: WebSocket) -> None:
        with suppress(*GONE):
            while True:
                await websocket.send_text(await self.queues[websocket].get())

    def disconnect(self, websocket: WebSocket) -> None:
        del self.queues[websocket]
        self.postmen.pop(websocket).cancel()

    async def broadcast(self, message: str) -> None:
        for queue in self.queues.values():
            queue.put_nowait(message)


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda: finished_app("fix_the_broadcast"),  # type: ignore[dict-item, return-value]
    "one after the other": server_of(Parts),
    "lesson 4, with its welcome": server_of(ConnectionManager, greeting="Welcome!"),
    "all at once": server_of(AllAtOnce),
    "queues": server_of(Queues),
    "slow": slow(server_of(ConnectionManager)),
    "slow, one after the other": slow(server_of(Parts)),
}


class OnlyOthers(Parts):
    async def broadcast(self, message: str) -> None:
        for each in list(self.active_connections)[:-1]:
            await self.deliver(message, each)


class EverythingTwice(Parts):
    async def broadcast(self, message: str) -> None:
        await super().broadcast(message)
        await super().broadcast(message)


class OneListForAll(Parts):
    everybody: list[WebSocket]

    def __init__(self) -> None:
        self.active_connections = self.everybody


class OneTextForAll(Parts):
    async def broadcast(self, message: str) -> None:
        self.text = message
        for each in self.receivers():
            await asyncio.sleep(0.05)
            await self.deliver(self.text, each)


class NeverForgets(NaiveManager):
    def disconnect(self, websocket: WebSocket) -> None:
        pass


class UnguardedAtOnce(Parts):
    async def broadcast(self, message: str) -> None:
        await asyncio.gather(*[self.send(message, each) for each in self.receivers()])


class ForgetsTwice(Parts):
    def disconnect(self, websocket: WebSocket) -> None:
        self.active_connections.remove(websocket)


class Set(Parts):
    async def connect(self, websocket: WebSocket) -> None:
        self.active_connections = self.active_connections or set()  # type: ignore[assignment]
        await websocket.accept()
        self.active_connections.add(websocket)  # type: ignore[attr-defined]

    def receivers(self) -> Iterable[WebSocket]:
        return self.active_connections


class NoCopy(Parts):
    def receivers(self) -> Iterable[WebSocket]:
        return self.active_connections


class TryAroundTheLoop(Parts):
    async def broadcast(self, message: str) -> None:
        with suppress(*GONE, TimeoutError):
            for each in self.receivers():
                await self.send(message, each)


class NoDeadline(Parts):
    async def send(self, message: str, websocket: WebSocket) -> None:
        await websocket.send_text(message)


class NoDeadlineAtOnce(NoDeadline):
    async def broadcast(self, message: str) -> None:
        await asyncio.gather(*[self.deliver(message, each) for each in self.receivers()])


class OneDeadlineForAll(NoDeadline):
    async def broadcast(self, message: str) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await super().broadcast(message)


class WaitsForTheClose(Parts):
    async def let_go(self, websocket: WebSocket) -> None:
        await websocket.close(1013)
        self.disconnect(websocket)


class KeepsTheStalled(Parts):
    async def let_go(self, websocket: WebSocket) -> None:
        pass


class SaysNoGoodbye(Parts):
    async def let_go(self, websocket: WebSocket) -> None:
        self.disconnect(websocket)


WRONG = {
    OnlyOthers: ("everyone_hears_each_text", "to its speaker, too"),
    EverythingTwice: ("everyone_hears_each_text", "sent twice"),
    OneListForAll: ("everyone_hears_each_text", "Texts arrive as they were said"),
    OneTextForAll: ("two_speak_at_once", "receives"),
    NeverForgets: ("who_has_left_is_forgotten", "It left broadcast"),
    NaiveManager: ("the_speaker_stays", "the speaker's endpoint ended"),
    UnguardedAtOnce: ("the_speaker_stays", "It left broadcast"),
    ForgetsTwice: ("the_speaker_stays", "forgotten twice"),
    Set: ("the_speaker_stays", "changed while the loop"),
    NoCopy: ("nobody_is_skipped", "goes by position"),
    TryAroundTheLoop: ("nobody_is_skipped", "that ended the loop"),
    NoDeadline: ("a_stalled_client_holds_up_nobody", "everybody waits for her"),
    NoDeadlineAtOnce: ("a_stalled_client_holds_up_nobody", "everybody waits for her"),
    OneDeadlineForAll: ("a_stalled_client_holds_up_nobody", "everybody waits for her"),
    WaitsForTheClose: ("a_stalled_client_holds_up_nobody", "answers a close"),
    KeepsTheStalled: ("a_stalled_client_holds_up_nobody", "still on the list"),
    SaysNoGoodbye: ("who_was_let_go_is_told", "nobody told her"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("fix_the_broadcast", make_app)


@pytest.mark.parametrize(("manager", "step", "words"), [(manager, *told) for manager, told in WRONG.items()])
def test_a_wrong_manager_fails_at_its_step(
    manager: type[NaiveManager], step: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OneListForAll, "everybody", [], raising=False)
    fails("fix_the_broadcast", server_of(manager), step, words)


USUAL: Any = finished_module("fix_the_broadcast").UsualRoom


class KeepsTheFirstException(USUAL):  # type: ignore[misc]
    async def broadcast(self, message: str) -> None:
        async with self.turn:
            sends = [each.send_text(message) for each in self.members.values()]
            await asyncio.gather(*sends, return_exceptions=True)


class HoldsTheLock(USUAL):  # type: ignore[misc]
    """Right but for the lock, which a send without a deadline holds."""

    def leave(self, number: int) -> None:
        self.members.pop(number, None)

    async def broadcast(self, message: str) -> None:
        async with self.turn:
            await asyncio.gather(*[self.deliver(message, *member) for member in self.members.items()])

    async def deliver(self, message: str, number: int, websocket: WebSocket) -> None:
        try:
            await websocket.send_text(message)
        except GONE:
            self.leave(number)


@pytest.mark.parametrize(
    ("room", "step", "words"),
    [
        (USUAL, "the_speaker_stays", "the speaker's endpoint ended"),
        (KeepsTheFirstException, "a_stalled_client_holds_up_nobody", "everybody waits for her"),
        (HoldsTheLock, "a_stalled_client_holds_up_nobody", "everybody waits for her"),
    ],
)
def test_the_learners_room_fails_until_it_is_right(room: type, step: str, words: str) -> None:
    app_with = finished_module("fix_the_broadcast").app_with

    fails("fix_the_broadcast", lambda: app_with(room), step, words)
