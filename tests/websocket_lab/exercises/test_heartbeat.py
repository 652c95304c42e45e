"""The bank of “Heartbeat”: servers that keep its contract, and the usual ones that do not."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.exercises.heartbeat.harness import CALM
from websocket_lab.grading.finished_exercise import finished_module


GONE = (WebSocketDisconnect, RuntimeError)


class Hall:
    """A right server, in small parts that the wrong ones replace."""

    def __init__(self, interval: float, patience: float) -> None:
        self.interval = interval
        self.patience = patience
        self.people: set[WebSocket] = set()

    async def tell(self, event: Any, websocket: WebSocket) -> None:
        with suppress(*GONE):
            await websocket.send_json(event)

    async def tell_all(self, event: Any) -> None:
        for websocket in list(self.people):
            await self.tell(event, websocket)

    async def ping(self, websocket: WebSocket) -> None:
        while True:
            await asyncio.sleep(self.interval)
            await self.tell({"type": "ping"}, websocket)

    async def listen(self, websocket: WebSocket) -> Any:
        return json.loads(await asyncio.wait_for(websocket.receive_text(), self.patience))

    async def hear(self, message: Any, websocket: WebSocket, name: str) -> None:
        if message["action"] == "message":
            await self.tell_all({"type": "message", "from": name, "text": message["text"], "id": 7})

    async def talk(self, websocket: WebSocket, name: str) -> None:
        while True:
            await self.hear(await self.listen(websocket), websocket, name)

    async def close(self, websocket: WebSocket) -> None:
        await websocket.close(4008, "You are silent")

    async def alive(self, websocket: WebSocket, name: str) -> None:
        pinging = asyncio.create_task(self.ping(websocket))
        try:
            await self.talk(websocket, name)
        finally:
            pinging.cancel()

    async def visit(self, websocket: WebSocket, name: str) -> None:
        try:
            await self.alive(websocket, name)
        except TimeoutError:
            await self.close(websocket)

    async def goodbye(self, websocket: WebSocket, name: str) -> None:
        self.people.discard(websocket)
        await self.tell_all({"type": "left", "username": name})

    async def enter(self, websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        self.people.add(websocket)
        try:
            await self.tell_all({"type": "joined", "username": name})
            await self.visit(websocket, name)
        except WebSocketDisconnect:
            pass
        finally:
            await self.goodbye(websocket, name)

    @classmethod
    def make_app(cls, interval: float, patience: float) -> FastAPI:
        app = FastAPI()
        app.add_api_websocket_route("/ws/{name}", cls(interval, patience).enter)
        return app


class OneSweeper(Hall):
    """Another design: one task pings everybody, and closes whoever was silent for too long."""

    def __init__(self, interval: float, patience: float) -> None:
        super().__init__(interval, patience)
        self.last_seen: dict[WebSocket, float] = {}
        self.sweeper: asyncio.Task[None] | None = None

    async def sweep(self) -> None:
        while True:
            await asyncio.sleep(self.interval)
            for websocket, seen in list(self.last_seen.items()):
                await self.look(websocket, time.monotonic() - seen)

    async def look(self, websocket: WebSocket, silence: float) -> None:
        if silence < self.patience:
            return await self.tell({"type": "ping"}, websocket)
        del self.last_seen[websocket]
        with suppress(*GONE):
            await self.close(websocket)

    async def visit(self, websocket: WebSocket, name: str) -> None:
        self.sweeper = self.sweeper or asyncio.create_task(self.sweep())
        self.last_seen[websocket] = time.monotonic()
        try:
            async for text in websocket.iter_text():
                self.last_seen[websocket] = time.monotonic()
                await self.hear(json.loads(text), websocket, name)
        finally:
            self.last_seen.pop(websocket, None)


class Watchdog(Hall):
    """Another design: one deadline for the whole visit, which each message moves; a task group pings."""

    async def alive(self, websocket: WebSocket, name: str) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self.patience) as deadline:
            pinging = loop.create_task(self.ping(websocket))
            try:
                async for text in websocket.iter_text():
                    deadline.reschedule(loop.time() + self.patience)
                    await self.hear(json.loads(text), websocket, name)
            finally:
                pinging.cancel()


class PingsTheSilent(Hall):
    """Another design: no task at all; whoever is silent for one interval gets a ping."""

    async def listen(self, websocket: WebSocket) -> Any:
        for _ in range(round(self.patience / self.interval)):
            with suppress(TimeoutError):
                return json.loads(await asyncio.wait_for(websocket.receive_text(), self.interval))
            await self.tell({"type": "ping"}, websocket)
        raise TimeoutError

    async def alive(self, websocket: WebSocket, name: str) -> None:
        await self.talk(websocket, name)


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda **times: finished_module("heartbeat").make_app(**times),
    "small parts": Hall.make_app,
    "one sweeper": OneSweeper.make_app,
    "watchdog": Watchdog.make_app,
    "pings the silent": PingsTheSilent.make_app,
    "slow": slow(Hall.make_app),
    "slow sweeper": slow(OneSweeper.make_app),
}


class NoPings(Hall):
    async def ping(self, websocket: WebSocket) -> None:
        await asyncio.Future()


class OnePing(Hall):
    async def ping(self, websocket: WebSocket) -> None:
        await asyncio.sleep(self.interval)
        await self.tell({"type": "ping"}, websocket)


class PingsOfItsOwn(Hall):
    async def ping(self, websocket: WebSocket) -> None:
        self.interval = 1.0
        await super().ping(websocket)


class Flood(Hall):
    async def ping(self, websocket: WebSocket) -> None:
        while True:
            await self.tell({"type": "ping"}, websocket)
            await asyncio.sleep(self.interval / 5)


class NeverCloses(Hall):
    async def listen(self, websocket: WebSocket) -> Any:
        return json.loads(await websocket.receive_text())


class OnlyPongs(OneSweeper):
    async def visit(self, websocket: WebSocket, name: str) -> None:
        self.sweeper = self.sweeper or asyncio.create_task(self.sweep())
        self.last_seen[websocket] = time.monotonic()
        try:
            async for text in websocket.iter_text():
                if "pong" in text:
                    self.last_seen[websocket] = time.monotonic()
                await self.hear(json.loads(text), websocket, name)
        finally:
            self.last_seen.pop(websocket, None)


class FromTheStart(Hall):
    async def listen(self, websocket: WebSocket) -> Any:
        return json.loads(await websocket.receive_text())

    async def alive(self, websocket: WebSocket, name: str) -> None:
        await asyncio.wait_for(super().alive(websocket, name), self.patience)


class OnlyAfterTheFirstWord(Hall):
    async def talk(self, websocket: WebSocket, name: str) -> None:
        await self.hear(json.loads(await websocket.receive_text()), websocket, name)
        await super().talk(websocket, name)


class TooSoon(Hall):
    """Has too little patience with Ben alone, so that on a slow machine nobody else is closed before."""

    async def talk(self, websocket: WebSocket, name: str) -> None:
        if not name.startswith("ben"):
            await super().talk(websocket, name)
        while True:
            text = await asyncio.wait_for(websocket.receive_text(), self.patience / 3)
            await self.hear(json.loads(text), websocket, name)


class FarTooLate(Hall):
    async def listen(self, websocket: WebSocket) -> Any:
        return json.loads(await asyncio.wait_for(websocket.receive_text(), self.patience * 4))


class NoCode(Hall):
    async def close(self, websocket: WebSocket) -> None:
        await websocket.close()


class NoClose(Hall):
    async def close(self, websocket: WebSocket) -> None:
        """Return from the handler, and say nothing."""


class PolicyCode(Hall):
    async def close(self, websocket: WebSocket) -> None:
        await websocket.close(1008)


class NoLimitCaught(Hall):
    async def visit(self, websocket: WebSocket, name: str) -> None:
        await self.alive(websocket, name)


class LeavesTasks(Hall):
    async def alive(self, websocket: WebSocket, name: str) -> None:
        self.pinging = asyncio.create_task(self.ping(websocket))
        await self.talk(websocket, name)


class PassesPongsOn(Hall):
    async def hear(self, message: Any, websocket: WebSocket, name: str) -> None:
        await self.tell_all({"type": "message", "from": name, "text": message.get("text", "")})


class AnswersPongs(Hall):
    async def hear(self, message: Any, websocket: WebSocket, name: str) -> None:
        if message["action"] == "pong":
            await self.tell({"type": "error", "code": "unknown_action"}, websocket)
        await super().hear(message, websocket, name)


class StumblesOverPongs(Hall):
    async def hear(self, message: Any, websocket: WebSocket, name: str) -> None:
        text = message["text"]
        await self.tell_all({"type": "message", "from": name, "text": text})


class NobodyHears(Hall):
    async def close(self, websocket: WebSocket) -> None:
        self.people.discard(websocket)
        await super().close(websocket)

    async def goodbye(self, websocket: WebSocket, name: str) -> None:
        if websocket in self.people:
            await super().goodbye(websocket, name)


class TwoGoodbyes(Hall):
    async def visit(self, websocket: WebSocket, name: str) -> None:
        try:
            await self.alive(websocket, name)
        except TimeoutError:
            await self.close(websocket)
            await self.goodbye(websocket, name)


class WaitsForAnAnswer(Hall):
    async def close(self, websocket: WebSocket) -> None:
        await self.tell({"type": "bye"}, websocket)
        await super().close(websocket)
        self.people.discard(websocket)
        await asyncio.sleep(3)


class TwoReceivers(Hall):
    """Reads in two places where time passes: before, it may take a goodbye away from the handler."""

    async def ping(self, websocket: WebSocket) -> None:
        if self.patience == CALM:
            return await super().ping(websocket)
        with suppress(*GONE):
            while True:
                await asyncio.sleep(self.interval)
                await self.tell({"type": "ping"}, websocket)
                await asyncio.wait_for(websocket.receive_text(), self.patience)


class BlocksAll(Hall):
    async def ping(self, websocket: WebSocket) -> None:
        while True:
            time.sleep(self.interval)
            await self.tell({"type": "ping"}, websocket)


class SaysLeftLate(Hall):
    async def enter(self, websocket: WebSocket, name: str) -> None:
        with suppress(asyncio.CancelledError):
            await super().enter(websocket, name)

    async def goodbye(self, websocket: WebSocket, name: str) -> None:
        await asyncio.sleep(self.patience)
        await super().goodbye(websocket, name)


WRONG = {
    StumblesOverPongs: ("a_pong_is_heard_by_nobody", "A pong has no text"),
    PassesPongsOn: ("a_pong_is_heard_by_nobody", "do not pass it on"),
    AnswersPongs: ("a_pong_is_heard_by_nobody", "it needs no answer"),
    BlocksAll: ("everyone_hears_a_message", "blocks the event loop"),
    SaysLeftLate: ("who_leaves_is_gone_at_once", "wait for something else"),
    LeavesTasks: ("nothing_goes_on_for_who_has_left", "task.cancel()"),
    NoPings: ("pings_come_again_and_again", "Who sends the pings?"),
    OnePing: ("pings_come_again_and_again", "Ping in a loop"),
    PingsOfItsOwn: ("pings_come_again_and_again", "not for a number of your own"),
    Flood: ("pings_come_again_and_again", "Wait between two pings"),
    FromTheStart: ("who_answers_stays", "begin again with it"),
    TwoReceivers: ("pings_come_again_and_again", "takes messages away"),
    OnlyPongs: ("who_speaks_stays", "counts pongs only"),
    NeverCloses: ("who_falls_silent_is_closed", "Limit the wait"),
    FarTooLate: ("who_falls_silent_is_closed", "Limit the wait"),
    NoCode: ("who_falls_silent_is_closed", "Say why"),
    NoClose: ("who_falls_silent_is_closed", "without a close frame"),
    NoLimitCaught: ("who_falls_silent_is_closed", "without a close frame"),
    PolicyCode: ("who_falls_silent_is_closed", "close(4008"),
    TooSoon: ("each_sign_of_life_counts_anew", "limit is too short"),
    NobodyHears: ("the_others_hear_who_was_closed", "has left as well"),
    TwoGoodbyes: ("the_others_hear_who_was_closed", "Say it once"),
    WaitsForAnAnswer: ("the_others_hear_who_was_closed", "has left as well"),
    OnlyAfterTheFirstWord: ("a_frozen_client_is_gone_too", "begins when it connects"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("heartbeat", make_app)


@pytest.mark.parametrize(("server", "step", "words"), [(server, *told) for server, told in WRONG.items()])
def test_a_wrong_server_fails_at_its_step(server: type[Hall], step: str, words: str) -> None:
    fails("heartbeat", server.make_app, step, words)
