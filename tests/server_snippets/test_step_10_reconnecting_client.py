"""Step 10: the client comes back, waits in between, and hands on every message once."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from itertools import islice
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, WebSocket
from websockets.exceptions import InvalidStatus

from server_snippets import step_10_heartbeat
from server_snippets.step_10_heartbeat import MessageLog
from server_snippets.step_10_reconnecting_client import Event, by_the_library, listen, messages, waits
from websocket_lab import BackgroundServer, ClientPanel, LiveClient, WireTap
from websocket_lab.client.until import until
from websocket_lab.experiments.reconnecting import ten_cuts


AS_ANA = {"user_agent_header": "Ana (WebSocket Lab)", "proxy": None, "compression": None}


def quick() -> Iterator[float]:
    return waits(0.01, 0.1)


async def read_one(server: BackgroundServer | WireTap) -> Event:
    """Return the feed's first message, and leave."""
    async with aclosing(messages(server.url("/ws/feed"), 5, quick, **AS_ANA)) as events:
        return await anext(events)


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_10_heartbeat, "INTERVAL", 0.05)
    monkeypatch.setattr(step_10_heartbeat, "log", MessageLog())


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(step_10_heartbeat.app) as server:
        yield server
    assert not server.errors


def test_the_bound_doubles_up_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: (low, high))
    bounds = [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]

    assert list(islice(waits(0.5, 5.0), 6)) == [(0, bound) for bound in bounds]


class SlowSocket:
    """A connection on which a message comes when `comes` is set."""

    def __init__(self) -> None:
        self.comes = asyncio.Event()

    async def recv(self) -> str:
        await self.comes.wait()
        self.comes.clear()
        return '{"type": "message"}'


def test_a_cancelled_reader_ends_although_a_message_comes_at_that_moment() -> None:
    socket: Any = SlowSocket()

    async def read() -> None:
        async for _ in listen(socket, 60):
            pass

    async def scene() -> None:
        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        socket.comes.set()
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait({reading}, timeout=60)
        assert reading.cancelled()

    asyncio.run(scene())


@pytest.mark.parametrize(("reader", "lost"), [(messages, 0), (by_the_library, 30)])
def test_what_ten_cuts_take(server: BackgroundServer, reader: object, lost: int) -> None:
    async def read(url: str, numbers: list[int]) -> None:
        events = messages(url, 5, quick, **AS_ANA) if reader is messages else by_the_library(url, 5, **AS_ANA)
        async for event in events:
            numbers.append(event["id"])

    async def scene() -> str:
        numbers: list[int] = []
        reading = asyncio.create_task(read(tap.url("/ws/feed"), numbers))
        outcome = await ten_cuts(tap, ben, step_10_heartbeat.manager.active_connections, numbers)
        reading.cancel()
        # The library closes its connection in a task of its own, after the generator has ended.
        await until(lambda: all(connection.has_left for connection in tap.connections), deadline=60)
        return repr(outcome)

    with WireTap(server) as tap, ClientPanel(server.url("/ws/newsroom"), "Ben").client as ben:
        assert asyncio.run(scene()) == f"31 written: {lost} lost, 0 doubled, in order"


def test_a_server_that_is_away_is_waited_for(server: BackgroundServer) -> None:
    async def read_around_a_restart() -> list[Event]:
        async with aclosing(messages(server.url("/ws/feed"), 5, quick, **AS_ANA)) as events:
            say("one")
            first = await anext(events)
            await asyncio.to_thread(server.stop)
            second = asyncio.create_task(anext(events))
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(say, "two")
            return [first, await second]

    def say(text: str) -> None:
        with LiveClient(server.url("/ws/newsroom"), "Ben") as ben:
            ben.send(text)
            ben.receive()

    assert [event["text"] for event in asyncio.run(read_around_a_restart())] == ["one", "two"]


def test_a_pulled_cable_is_noticed_by_silence(server: BackgroundServer) -> None:
    async def pull_and_plug_in() -> list[int]:
        async with aclosing(messages(tap.url("/ws/feed"), 0.3, quick, **AS_ANA)) as events:
            ben.send("one")
            first = await anext(events)
            tap.freeze()
            ben.send("two")
            second = asyncio.create_task(anext(events))
            await until(lambda: any(connection.has_left for connection in tap.connections), deadline=60)
            tap.thaw()
            return [first["id"], (await second)["id"]]

    with WireTap(server) as tap, LiveClient(server.url("/ws/newsroom"), "Ben") as ben:
        assert asyncio.run(asyncio.wait_for(pull_and_plug_in(), 100)) == [1, 2]


def test_pings_are_answered(server: BackgroundServer) -> None:
    async def read_while_pinged() -> Event:
        reading = asyncio.create_task(read_one(tap))
        frame = await asyncio.to_thread(tap.wait_for, lambda frame: frame.from_client and frame.opcode == 1)
        assert frame.message == '{"action": "pong"}'
        ben.send("one")
        return await reading

    with WireTap(server) as tap, LiveClient(server.url("/ws/newsroom"), "Ben") as ben:
        assert asyncio.run(read_while_pinged())["text"] == "one"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_ends_the_client(status: int) -> None:
    app = FastAPI()

    @app.websocket("/ws/feed")
    async def refuse(websocket: WebSocket) -> None:
        raise HTTPException(status)

    with BackgroundServer(app) as server, pytest.raises(InvalidStatus, match=str(status)):
        asyncio.run(read_one(server))


def test_an_unavailable_server_is_asked_again() -> None:
    app, answers = FastAPI(), iter([500, 502, 503, 504])

    @app.websocket("/ws/feed")
    async def recover(websocket: WebSocket) -> None:
        if status := next(answers, None):
            raise HTTPException(status)
        await websocket.accept()
        await websocket.send_json({"type": "message", "id": 1, "text": "up"})

    with BackgroundServer(app) as server:
        assert asyncio.run(read_one(server))["text"] == "up"
