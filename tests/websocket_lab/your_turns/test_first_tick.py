"""The bank of lesson 1's your-turn: clocks that send the current tick first, and those that do not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server_snippets.step_01_polling_and_push import START, TICK_SECONDS, describe, last_tick
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.finished_exercise import finished_app
from websocket_lab.grading.mismatch import TooSlow
from websocket_lab.grading.simulated_client import SimulatedClient
from websocket_lab.your_turns.first_tick import ClockHarness, a_newcomer_has_the_current_tick


Sends = Callable[[WebSocket, int], Awaitable[Any]]


async def nothing(websocket: WebSocket, tick: int) -> None:
    pass


async def this_tick(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json(describe(tick))


def clock(first: Sends, in_the_loop: Sends = nothing) -> MakeApp:
    """Return a function that makes a clock: what it sends first, and what else in each round."""

    def make_app() -> FastAPI:
        app = FastAPI()

        @app.websocket("/clock")
        async def push(websocket: WebSocket) -> None:
            await websocket.accept()
            tick = last_tick()
            with suppress(WebSocketDisconnect):
                await first(websocket, tick)
                while True:
                    await in_the_loop(websocket, tick)
                    tick += 1
                    await asyncio.sleep(START + tick * TICK_SECONDS - time.time())
                    await websocket.send_json(describe(tick))

        return app

    return make_app


def counts_in_a_for_loop() -> FastAPI:
    app = FastAPI()

    @app.websocket("/clock")
    async def push(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            for tick in range(last_tick(), last_tick() + 1000):
                await websocket.send_json({"tick": tick, "at": START + tick * TICK_SECONDS})
                await asyncio.sleep(START + (tick + 1) * TICK_SECONDS - time.time())

    return app


async def asks_again(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json(describe(last_tick()))


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda: finished_app("first_tick"),  # type: ignore[dict-item, return-value]
    "asks for the tick again": clock(asks_again),
    "sends, then sleeps": counts_in_a_for_loop,
    "slow": slow(clock(this_tick)),
}


async def the_next(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json(describe(tick + 1))


async def the_one_before(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json(describe(tick - 1))


async def without_await(websocket: WebSocket, tick: int) -> None:
    websocket.send_json(describe(tick))


async def the_number_alone(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json(tick)


async def as_text(websocket: WebSocket, tick: int) -> None:
    await websocket.send_text(str(describe(tick)))


async def the_function(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json(describe)


async def other_words(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json({"current": tick})


async def waits_to_be_asked(websocket: WebSocket, tick: int) -> None:
    await websocket.receive_text()
    await websocket.send_json(describe(tick))


async def sleeps_first(websocket: WebSocket, tick: int) -> None:
    await asyncio.sleep(START + (tick + 1) * TICK_SECONDS - time.time())


async def then_leaves(websocket: WebSocket, tick: int) -> None:
    await websocket.send_json(describe(tick))
    raise WebSocketDisconnect


CURRENT, ONCE = "a_newcomer_has_the_current_tick", "each_tick_follows_once"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "no first tick": (clock(nothing), CURRENT, "had to wait for the next tick"),
    "sleeps first": (clock(sleeps_first), CURRENT, "had to wait for the next tick"),
    "the next tick": (clock(the_next), CURRENT, "still to come"),
    "the tick before": (clock(the_one_before), CURRENT, "This tick is over"),
    "forgets to await": (clock(without_await), CURRENT, "was never awaited"),
    "the number alone": (clock(the_number_alone), CURRENT, "Send a dict."),
    "as text": (clock(as_text), CURRENT, "Send it with send_json"),
    "the function": (clock(the_function), CURRENT, ""),
    "other words": (clock(other_words), CURRENT, "`describe(tick)` returns"),
    "waits to be asked": (clock(waits_to_be_asked), CURRENT, "must not wait until a client"),
    "then leaves": (clock(then_leaves), CURRENT, "Your endpoint ended"),
    "in the loop": (clock(nothing, this_tick), ONCE, "above the loop"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_clock_passes(make_app: MakeApp) -> None:
    passes("first_tick", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_clock_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("first_tick", make_app, step, words)


class SlowClock(ClockHarness):
    """A clock whose check is so slow that a tick passes before Ben connects."""

    def enter(self, name: str) -> SimulatedClient:
        if name == "Ben":
            self.tick(self.people[0])
        return super().enter(name)


def test_a_tick_that_passes_before_ben_connects_is_nobodys_fault() -> None:
    with SlowClock(clock(this_tick)) as harness, pytest.raises(TooSlow):
        a_newcomer_has_the_current_tick.take(harness)
