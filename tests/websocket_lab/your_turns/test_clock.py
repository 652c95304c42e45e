"""The bank of lesson 14's your-turn: tasks that end with their server, and the usual ones that do not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.step_07_json_messages import texts
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app


Tick = Callable[[], Awaitable[None]]
Lifespan = Callable[[Tick], AbstractAsyncContextManager[None]]


def server(lifespan: Lifespan) -> MakeApp:
    """Return a function that makes the lesson's clock with this lifespan, which is given `tick`."""

    def make_app() -> FastAPI:
        readers: set[WebSocket] = set()

        async def tick() -> None:
            number = 0
            while True:
                await asyncio.sleep(0.05)
                number += 1
                for reader in list(readers):
                    await reader.send_text(f"tick {number}")

        app = FastAPI(lifespan=lambda app: lifespan(tick))

        @app.websocket("/ws")
        async def clock(websocket: WebSocket) -> None:
            await websocket.accept()
            readers.add(websocket)
            async for _ in texts(websocket):
                pass
            readers.discard(websocket)

        return app

    return make_app


@asynccontextmanager
async def cancels(tick: Tick) -> AsyncIterator[None]:
    ticking = asyncio.ensure_future(tick())
    yield
    ticking.cancel()


@asynccontextmanager
async def cancels_and_waits(tick: Tick) -> AsyncIterator[None]:
    ticking = asyncio.ensure_future(tick())
    try:
        yield
    finally:
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking


@asynccontextmanager
async def in_a_group(tick: Tick) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick())  # type: ignore[arg-type]
        yield
        ticking.cancel()


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("clock"),  # type: ignore[dict-item, return-value]
    "cancels": server(cancels),
    "cancels and waits": server(cancels_and_waits),
    "in a group": server(in_a_group),
    "slow": slow(server(cancels)),
}


@asynccontextmanager
async def nothing(tick: Tick) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def begins_below(tick: Tick) -> AsyncIterator[None]:
    yield
    asyncio.ensure_future(tick()).cancel()


@asynccontextmanager
async def twice(tick: Tick) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(tick()) for _ in range(2)]
    yield
    for task in tasks:
        task.cancel()


@asynccontextmanager
async def goes_on(tick: Tick) -> AsyncIterator[None]:
    ticking = asyncio.ensure_future(tick())
    yield
    del ticking


@asynccontextmanager
async def awaits_it(tick: Tick) -> AsyncIterator[None]:
    await tick()
    yield


@asynccontextmanager
async def ends_at_once(tick: Tick) -> AsyncIterator[None]:
    ticking = asyncio.ensure_future(tick())
    ticking.cancel()
    yield


@asynccontextmanager
async def never_yields(tick: Tick) -> AsyncIterator[None]:
    if tick is None:
        yield


@asynccontextmanager
async def raises(tick: Tick) -> AsyncIterator[None]:
    raise ConnectionError("the database is away")
    yield


STARTS = "the_server_starts"
TICKS, ENDS = "everyone_receives_the_same_ticks", "the_task_ends_with_the_server"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "awaits it": (server(awaits_it), STARTS, "never returns"),
    "never yields": (server(never_yields), STARTS, "in a line of its own"),
    "raises": (server(raises), STARTS, "the database is away"),
    "nothing": (server(nothing), TICKS, "Nobody ticks"),
    "begins below": (server(begins_below), TICKS, "Nobody ticks"),
    "ends at once": (server(ends_at_once), TICKS, "Nobody ticks"),
    "twice": (server(twice), TICKS, "Start one task"),
    "goes on": (server(goes_on), ENDS, "tick still runs"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_clock_passes(make_app: MakeApp) -> None:
    passes("clock", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_clock_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("clock", make_app, step, words)
