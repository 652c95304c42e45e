"""A person in a check: what it must receive, in order or in any order, and how long it waits."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from websocket_lab import BackgroundServer
from websocket_lab.client.client_loop import client_loop
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.simulated_client import SimulatedClient
from websocket_lab.grading.timing import Patience, first_time, last_time


ONE: dict[str, Any] = {"type": "number", "value": 1}
TWO: dict[str, Any] = {"type": "number", "value": 2}


def mirror() -> FastAPI:
    app = FastAPI()

    @app.websocket("/weather/{pause}")
    async def tell_the_weather(websocket: WebSocket, pause: float) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.send_json({"type": "weather"})
                await asyncio.sleep(pause)

    @app.websocket("/ws")
    async def answer(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return app


@pytest.fixture
def ana() -> Iterator[SimulatedClient]:
    """Somebody who receives whatever she says herself."""
    with BackgroundServer(mirror()) as server:
        person = SimulatedClient(server.url("/ws"), "Ana", "ana", {"number"})
        person.connects()
        yield person
        person.leaves()


def test_what_is_expected_may_come_in_any_order(ana: SimulatedClient) -> None:
    ana.sends(TWO)
    ana.sends({"type": "weather"})
    ana.sends(ONE)

    ana.hears_all([ONE, TWO])


def test_something_twice_is_not_something_else(ana: SimulatedClient) -> None:
    ana.sends(ONE)
    ana.sends(ONE)

    with pytest.raises(Mismatch, match="sent twice") as caught:
        ana.hears_all([ONE, TWO])
    assert caught.value.expected == 'Ana receives {"type": "number", "value": 2}.'


def test_what_is_missing_is_named(ana: SimulatedClient) -> None:
    ana.sends(ONE)

    with pytest.raises(Mismatch, match="received nothing for 1.5 s") as caught:
        ana.hears_all([ONE, TWO], {"nothing": "Where is it?"})
    assert (caught.value.expected, caught.value.cause) == (
        f"Ana receives {TWO}.".replace("'", '"'),
        "Where is it?",
    )


def test_patience_has_an_end(ana: SimulatedClient) -> None:
    with pytest.raises(Mismatch, match=r"received nothing for 0\.2 s"):
        ana.hears(ONE, patience=0.2)


@pytest.mark.parametrize("pause", [0.25, 0.05, 0.0])
def test_what_comes_again_and_again_lengthens_no_wait(pause: float) -> None:
    with BackgroundServer(mirror()) as server:
        person = SimulatedClient(server.url(f"/weather/{pause}"), "Ana", "ana", {"number"})
        person.connects()
        with pytest.raises(Mismatch, match="weather.* is not in the contract"):
            person.hears(ONE, patience=0.5)
        person.vanishes()


def test_the_last_of_several_times_counts(ana: SimulatedClient) -> None:
    for _ in range(2):
        ana.sends(ONE)
        ana.hears(ONE)
    ana.sends(TWO)
    ana.hears(TWO)

    times = [entry.time for entry in ana.client.log if entry.direction == "received"]
    assert last_time(ana.client, "received", {"value": 1}) == times[1]
    assert first_time(ana.client, "received", ONE, times[0]) == times[1]
    assert last_time(ana.client, "sent", ONE) < times[2] + timedelta(seconds=1)


def test_the_moment_before_a_message_leaves_is_known_however_busy_the_clients_are(
    ana: SimulatedClient,
) -> None:
    busy = client_loop().start_task_soon(time.sleep, 0.3)
    ana.sends(ONE)
    busy.result()

    ((before, value),) = ana.sent
    assert value == ONE
    assert last_time(ana.client, "sent", ONE) - before >= timedelta(seconds=0.25)


def test_a_silence_that_began_earlier_is_counted_whole(ana: SimulatedClient) -> None:
    with pytest.raises(Mismatch, match=r"received nothing for 4 s"):
        ana.hears(ONE, patience=Patience(4.0, passed=3.9))
