"""The bank of “Slow client”: servers that keep its contract, and the usual ones that do not."""

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_module


GONE = (WebSocketDisconnect, RuntimeError)


class Client:
    """One client of the hall, with a queue and a writer."""

    def __init__(self, hall: "Hall", websocket: WebSocket) -> None:
        self.hall = hall
        self.websocket = websocket
        self.dropped = asyncio.Event()
        self.waiting = self.queue()
        self.writer = asyncio.create_task(self.write())

    def queue(self) -> Any:
        return asyncio.Queue(self.hall.limit)

    async def put(self, event: Any) -> None:
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            await self.drop()

    async def drop(self) -> None:
        self.hall.clients.discard(self)
        self.dropped.set()

    async def write(self) -> None:
        with suppress(*GONE):
            while True:
                await self.websocket.send_json(await self.waiting.get())

    def stop(self) -> None:
        self.writer.cancel()


class Hall:
    """A right server, in small parts that the wrong ones replace."""

    client: Any = Client

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.clients: set[Any] = set()

    async def tell_all(self, event: Any) -> None:
        for client in list(self.clients):
            await client.put(event)

    async def listen(self, client: Any, name: str) -> None:
        async for text in client.websocket.iter_text():
            await self.tell_all({"type": "message", "from": name, "text": json.loads(text)["text"]})

    async def goodbye(self, client: Any, name: str) -> None:
        self.clients.discard(client)
        client.stop()
        await self.tell_all({"type": "left", "username": name})

    async def close(self, websocket: WebSocket) -> None:
        with suppress(TimeoutError, *GONE):
            await asyncio.wait_for(websocket.close(1013), 0.5)

    async def until_dropped(self, client: Any, name: str) -> None:
        ends = [asyncio.create_task(part) for part in (self.listen(client, name), client.dropped.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        if ends[0].done() and not ends[0].cancelled() and (error := ends[0].exception()):
            raise error

    async def enter(self, websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        client = self.client(self, websocket)
        self.clients.add(client)
        try:
            await self.tell_all({"type": "joined", "username": name})
            await self.until_dropped(client, name)
        finally:
            await self.goodbye(client, name)
        await self.close(websocket)

    @classmethod
    def make_app(cls, limit: int) -> FastAPI:
        app = FastAPI()
        app.add_api_websocket_route("/ws/{name}", cls(limit).enter)
        return app


class DequeClient(Client):
    """Another design: a deque, and an event that wakes the writer."""

    def queue(self) -> Any:
        self.news = asyncio.Event()
        return deque()

    async def put(self, event: Any) -> None:
        self.waiting.append(event)
        self.news.set()
        if len(self.waiting) > self.hall.limit:
            await self.drop()

    async def write(self) -> None:
        with suppress(*GONE):
            while await self.news.wait():
                await self.websocket.send_json(self.waiting.popleft())
                if not self.waiting:
                    self.news.clear()


class DequeHall(Hall):
    client = DequeClient


class EncodedClient(Client):
    """Another design: each event is encoded once, and the writer sends texts."""

    async def put(self, event: Any) -> None:
        await super().put(json.dumps(event | {"id": 7}))

    async def write(self) -> None:
        with suppress(*GONE):
            while True:
                await self.websocket.send_text(await self.waiting.get())


class EncodedHall(Hall):
    client = EncodedClient


RIGHT: dict[str, MakeApp] = {
    "the solution": lambda limit: finished_module("slow_client").make_app(limit),
    "small parts": Hall.make_app,
    "deque": DequeHall.make_app,
    "encoded": EncodedHall.make_app,
    "slow": slow(Hall.make_app),
}


class NoQueue(Client):
    async def put(self, event: Any) -> None:
        with suppress(*GONE):
            await self.websocket.send_json(event)


class NoEnd(Client):
    def queue(self) -> Any:
        return asyncio.Queue()


class FarTooLong(Client):
    def queue(self) -> Any:
        return asyncio.Queue(1000)


class FarTooShort(Client):
    def queue(self) -> Any:
        return asyncio.Queue(6)


class WaitsForRoom(Client):
    async def put(self, event: Any) -> None:
        await self.waiting.put(event)


class LeavesOut(Client):
    async def put(self, event: Any) -> None:
        with suppress(asyncio.QueueFull):
            self.waiting.put_nowait(event)


class LeavesOutTheOldest(Client):
    async def put(self, event: Any) -> None:
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(event)


class LastFirst(DequeClient):
    async def write(self) -> None:
        with suppress(*GONE):
            while await self.news.wait():
                # Only after a stall so many are waiting.
                take = self.waiting.pop if len(self.waiting) > 6 else self.waiting.popleft
                await self.websocket.send_json(take())
                if not self.waiting:
                    self.news.clear()


class OverflowHitsTheSpeaker(Client):
    async def put(self, event: Any) -> None:
        self.waiting.put_nowait(event)


class WritesOnce(Client):
    async def write(self) -> None:
        await self.websocket.send_json(await self.waiting.get())


class ATaskForEachMessage(Client):
    async def put(self, event: Any) -> None:
        self.tasks = getattr(self, "tasks", set())
        self.tasks.add(asyncio.create_task(NoQueue.put(self, event)))  # type: ignore[arg-type]


class Impatient(Client):
    """Gives a send the time of six messages; counted, for a slow machine makes any other time too short."""

    behind = 0

    async def put(self, event: Any) -> None:
        self.behind += 1
        if self.behind > 6:
            await self.drop()
        await super().put(event)

    async def write(self) -> None:
        with suppress(*GONE):
            while True:
                await self.websocket.send_json(await self.waiting.get())
                self.behind = 0


class WriterGoesOn(Client):
    def stop(self) -> None:
        pass


class OnlyForgotten(Client):
    async def drop(self) -> None:
        self.hall.clients.discard(self)


def hall_of(kind: type[Client]) -> type[Hall]:
    return type(kind.__name__, (Hall,), {"client": kind})


class OneWriterForAll(Hall):
    async def tell_all(self, event: Any) -> None:
        if not hasattr(self, "waiting"):
            self.waiting: asyncio.Queue[Any] = asyncio.Queue()
            self.writer = asyncio.create_task(self.write())
        self.waiting.put_nowait((event, list(self.clients)))

    async def write(self) -> None:
        while True:
            event, clients = await self.waiting.get()
            for client in clients:
                with suppress(*GONE):
                    await client.websocket.send_json(event)


class AllAtOnce(Hall):
    async def tell_all(self, event: Any) -> None:
        sends = [client.websocket.send_json(event) for client in self.clients]
        await asyncio.gather(*sends, return_exceptions=True)


class NoGoodbye(Hall):
    async def goodbye(self, client: Any, name: str) -> None:
        known = client in self.clients
        self.clients.discard(client)
        client.stop()
        if known:
            await self.tell_all({"type": "left", "username": name})


class StaysOpen(Hall):
    async def close(self, websocket: WebSocket) -> None:
        if websocket.client_state is WebSocketState.CONNECTED:
            await asyncio.Future()


class TwoGoodbyes(Hall):
    async def until_dropped(self, client: Any, name: str) -> None:
        await super().until_dropped(client, name)
        if client.dropped.is_set():
            await self.goodbye(client, name)


WRONG: dict[str, tuple[type[Hall], str, str]] = {
    "writer goes on": (hall_of(WriterGoesOn), "nothing_goes_on_for_who_has_left", "writer.cancel()"),
    "writes once": (hall_of(WritesOnce), "nothing_goes_on_for_who_has_left", "let each writer send it"),
    "last first": (hall_of(LastFirst), "a_pause_is_forgiven", "another order"),
    "no queue": (hall_of(NoQueue), "the_others_notice_nothing", "must never await a send"),
    "all at once": (AllAtOnce, "the_others_notice_nothing", "must never await a send"),
    "one writer for all": (OneWriterForAll, "the_others_notice_nothing", "own writer"),
    "far too short": (hall_of(FarTooShort), "the_others_notice_nothing", "too early"),
    "impatient": (hall_of(Impatient), "the_others_notice_nothing", "too early"),
    "no end": (hall_of(NoEnd), "who_never_reads_is_dropped", "give the queue its limit"),
    "far too long": (hall_of(FarTooLong), "who_never_reads_is_dropped", "give the queue its limit"),
    "a task for each": (
        hall_of(ATaskForEachMessage),
        "who_never_reads_is_dropped",
        "give the queue its limit",
    ),
    "waits for room": (
        hall_of(WaitsForRoom),
        "who_never_reads_is_dropped",
        "put_nowait instead of await put",
    ),
    "leaves out": (hall_of(LeavesOut), "who_never_reads_is_dropped", "left out is lost"),
    "the oldest": (hall_of(LeavesOutTheOldest), "who_never_reads_is_dropped", "left out is lost"),
    "hits the speaker": (hall_of(OverflowHitsTheSpeaker), "who_never_reads_is_dropped", "QueueFull"),
    "no goodbye": (NoGoodbye, "who_never_reads_is_dropped", "drop the client"),
    "two goodbyes": (TwoGoodbyes, "who_never_reads_is_dropped", "came twice"),
    "stays open": (StaysOpen, "the_dropped_connection_is_closed", "must know it"),
    "only forgotten": (hall_of(OnlyForgotten), "who_never_reads_is_dropped", "drop the client"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeApp) -> None:
    passes("slow_client", make_app)


@pytest.mark.parametrize(("server", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_server_fails_at_its_step(server: type[Hall], step: str, words: str) -> None:
    fails("slow_client", server.make_app, step, words)
