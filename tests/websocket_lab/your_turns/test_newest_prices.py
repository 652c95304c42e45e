"""The bank of lesson 11's your-turn: queues that keep the newest prices, and the usual ones that do not."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


Waiting = asyncio.Queue[str]


def server(admit: Callable[[Waiting, str], Any]) -> MakeApp:
    """Return a function that makes a server: how it puts a text into the queue, and what it then awaits."""

    def make_app() -> FastAPI:
        app = FastAPI()

        @app.websocket("/ws")
        async def prices(websocket: WebSocket) -> None:
            await websocket.accept()
            waiting: Waiting = asyncio.Queue(3)
            async for text in websocket.iter_text():
                if text == "read":
                    while not waiting.empty():
                        await websocket.send_text(waiting.get_nowait())
                elif (wait := admit(waiting, text)) is not None:
                    await wait

        return app

    return make_app


def asks_first(waiting: Waiting, text: str) -> None:
    if waiting.full():
        waiting.get_nowait()
    waiting.put_nowait(text)


def tries(waiting: Waiting, text: str) -> None:
    try:
        waiting.put_nowait(text)
    except asyncio.QueueFull:
        waiting.get_nowait()
        waiting.put_nowait(text)


def waits_with_room(waiting: Waiting, text: str) -> Any:
    while waiting.full():
        waiting.get_nowait()
    return waiting.put(text)


def with_a_deque() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def prices(websocket: WebSocket) -> None:
        await websocket.accept()
        waiting: deque[str] = deque(maxlen=3)
        async for text in websocket.iter_text():
            if text != "read":
                waiting.append(text)
                continue
            while waiting:
                await websocket.send_text(waiting.popleft())

    return app


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("newest_prices"),  # type: ignore[dict-item, return-value]
    "asks first": server(asks_first),
    "tries": server(tries),
    "waits with room": server(waits_with_room),
    "a deque": with_a_deque,
    "slow": slow(server(asks_first)),
}


def nothing(waiting: Waiting, text: str) -> None:
    pass


def waits(waiting: Waiting, text: str) -> Any:
    return waiting.put(text)


def raises(waiting: Waiting, text: str) -> None:
    waiting.put_nowait(text)


def drops_the_newest(waiting: Waiting, text: str) -> None:
    with suppress(asyncio.QueueFull):
        waiting.put_nowait(text)


def drops_all(waiting: Waiting, text: str) -> None:
    if waiting.full():
        while not waiting.empty():
            waiting.get_nowait()
    waiting.put_nowait(text)


def always_drops(waiting: Waiting, text: str) -> None:
    if not waiting.empty():
        waiting.get_nowait()
    waiting.put_nowait(text)


def drops_blindly(waiting: Waiting, text: str) -> None:
    waiting.get_nowait()
    waiting.put_nowait(text)


def twice(waiting: Waiting, text: str) -> None:
    asks_first(waiting, text)
    asks_first(waiting, text)


def forgets_the_coroutine(waiting: Waiting, text: str) -> None:
    waiting.put(text)


THREE, ROOM = "three_prices_wait", "the_oldest_makes_room"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (server(nothing), THREE, "put_nowait"),
    "forgets the coroutine": (server(forgets_the_coroutine), THREE, "was never awaited"),
    "always drops": (server(always_drops), THREE, "Three prices fit"),
    "drops blindly": (server(drops_blindly), THREE, "is closed (1006)"),
    "twice": (server(twice), THREE, "Three prices fit"),
    "waits": (server(waits), ROOM, "waits for room"),
    "raises": (server(raises), ROOM, "is closed (1006)"),
    "drops the newest": (server(drops_the_newest), ROOM, "The newest three"),
    "drops all": (server(drops_all), ROOM, "only one"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_queue_passes(make_app: MakeApp) -> None:
    passes("newest_prices", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_queue_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("newest_prices", make_app, step, words)
