"""Each message in the boxes of single lessons is what people see who make that mistake."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoRedis
from websockets import InvalidStatus
from websockets.sync.client import connect

from authoring.navigation import remedies
from websocket_lab import BackgroundServer, ConnectFailed, ConnectionEnded, LiveClient
from websocket_lab.processes.child_process import free_port


TEXT = "no JSON"


def server(endpoint: Callable[..., object]) -> BackgroundServer:
    """Return a server with this endpoint, not yet started."""
    app = FastAPI()
    app.add_api_websocket_route("/ws", endpoint)
    return BackgroundServer(app, log_level="critical")


def error_of(endpoint: Callable[..., object]) -> str:
    """Return the error that the endpoint ends with when Ana connects, says something and leaves."""
    with server(endpoint) as running:
        with suppress(ConnectionError), LiveClient(running.url("/ws"), "Ana", deadline=60) as ana:
            ana.send(TEXT)
        wait_until(lambda: bool(running.errors))
        return str(running.errors[-1])


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as it holds; fail after a minute."""

    async def until() -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.01)

    asyncio.run(until())


def refusal(url: str) -> str:
    """Return why Ana cannot connect."""
    with pytest.raises(ConnectFailed) as refused:
        LiveClient(url, "Ana", deadline=60).connect()
    return str(refused.value)


async def silent(websocket: WebSocket) -> None:
    await websocket.receive_text()


async def untyped(websocket) -> None:  # type: ignore[no-untyped-def]
    await websocket.accept()


async def closes_twice(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()
    await websocket.close()


async def goes_on(websocket: WebSocket) -> None:
    await websocket.accept()
    while True:
        with suppress(WebSocketDisconnect):
            await websocket.receive_text()


async def explains_at_length(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(4000, "x" * 124)


async def changes_its_set(websocket: WebSocket) -> None:
    await websocket.accept()
    room = {1}
    for member in room:
        room.add(member + 1)


async def changes_its_dict(websocket: WebSocket) -> None:
    await websocket.accept()
    rooms = {"lobby": 1}
    for name in rooms:
        del rooms[name]


async def hopes(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive_json()


async def sends_a_dict(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text({"type": "welcome"})  # type: ignore[arg-type]


async def sends_a_date(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json({"at": datetime.now()})


async def forgets_the_brackets(websocket: WebSocket) -> None:
    await websocket.accept()
    asyncio.create_task(asyncio.sleep)  # type: ignore[arg-type]


def no_await() -> str:
    with pytest.warns(RuntimeWarning) as seen:
        WebSocket({"type": "websocket"}, goes_on, goes_on).send_text(TEXT)  # type: ignore[arg-type]
        gc.collect()
    return "\n".join(str(warning.message) for warning in seen)


def no_type() -> str:
    with server(untyped) as running:
        return refusal(running.url("/ws"))


def http_address() -> str:
    with server(goes_on) as running:
        return refusal(running.http_url("/ws"))


def wrong_path() -> str:
    with server(goes_on) as running:
        return refusal(running.url("/was"))


def refused_in_python() -> str:
    with server(goes_on) as running, pytest.raises(InvalidStatus) as refused:
        connect(running.url("/was"), proxy=None).close()
    return str(refused.value)


def cut_off() -> str:
    with server(changes_its_set) as running, pytest.raises(ConnectionEnded) as ended:
        LiveClient(running.url("/ws"), "Ana", deadline=60).connect().receive()
    return str(ended.value)


def silence() -> str:
    with (
        server(goes_on) as running,
        LiveClient(running.url("/ws"), "Ana", deadline=60) as ana,
        pytest.raises(TimeoutError) as waited,
    ):
        ana.receive(deadline=0.01)
    return str(waited.value)


def early_error() -> str:
    with server(silent) as running:
        return refusal(running.url("/ws"))


def no_redis() -> str:
    async def ping() -> None:
        async with Redis(host="127.0.0.1", port=free_port(), retry=Retry(NoBackoff(), 0)) as redis:
            await redis.ping()

    with pytest.raises(NoRedis) as failed:
        asyncio.run(ping())
    return str(failed.value)


def wrong_scheme() -> str:
    with server(goes_on) as running:
        return refusal(running.url("/ws").replace("ws:", "wss:"))


# What is done wrong, for each remedy, in the order of the file.
MISTAKES: list[Callable[[], str]] = [
    lambda: error_of(silent),
    no_await,
    no_type,
    http_address,
    cut_off,
    silence,
    early_error,
    lambda: error_of(closes_twice),
    lambda: error_of(goes_on),
    lambda: error_of(explains_at_length),
    lambda: error_of(changes_its_set),
    no_await,
    wrong_path,
    refused_in_python,
    lambda: error_of(hopes),
    lambda: error_of(sends_a_dict),
    lambda: error_of(sends_a_date),
    lambda: error_of(changes_its_dict),
    lambda: error_of(forgets_the_brackets),
    no_redis,
    wrong_scheme,
]


@pytest.mark.parametrize("number", range(len(remedies())), ids=[remedy.see for remedy in remedies()])
def test_the_mistake_shows_this_message(number: int) -> None:
    assert remedies()[number].see in MISTAKES[number]()


def test_each_message_has_its_mistake() -> None:
    assert len(MISTAKES) == len(remedies())
