"""A person in a check: what it must hear, in order or in any order, and how long it waits."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from websocket_lab import BackgroundServer
from websocket_lab.checking.mismatch import Mismatch
from websocket_lab.checking.person import Person
from websocket_lab.checking.timing import first_time, last_time


ONE: dict[str, Any] = {"type": "number", "value": 1}
TWO: dict[str, Any] = {"type": "number", "value": 2}


def mirror() -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def answer(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return app


@pytest.fixture
def ana() -> Iterator[Person]:
    """Somebody who hears whatever she says herself."""
    with BackgroundServer(mirror()) as server:
        person = Person(server.url("/ws"), "Ana", "ana", {"number"})
        person.connects()
        yield person
        person.leaves()


def test_what_is_expected_may_come_in_any_order(ana: Person) -> None:
    ana.sends(TWO)
    ana.sends({"type": "weather"})
    ana.sends(ONE)

    ana.hears_all([ONE, TWO])


def test_something_twice_is_not_something_else(ana: Person) -> None:
    ana.sends(ONE)
    ana.sends(ONE)

    with pytest.raises(Mismatch, match="sent twice") as caught:
        ana.hears_all([ONE, TWO])
    assert caught.value.expected == 'Ana hears {"type": "number", "value": 2}.'


def test_what_is_missing_is_named(ana: Person) -> None:
    ana.sends(ONE)

    with pytest.raises(Mismatch, match="heard nothing for 1.5 s") as caught:
        ana.hears_all([ONE, TWO], {"nothing": "Where is it?"})
    assert (caught.value.expected, caught.value.cause) == (
        f"Ana hears {TWO}.".replace("'", '"'),
        "Where is it?",
    )


def test_patience_has_an_end(ana: Person) -> None:
    with pytest.raises(Mismatch, match=r"heard nothing for 0\.2 s"):
        ana.hears(ONE, patience=0.2)


def test_the_last_of_several_times_counts(ana: Person) -> None:
    for _ in range(2):
        ana.sends(ONE)
        ana.hears(ONE)
    ana.sends(TWO)
    ana.hears(TWO)

    times = [entry.time for entry in ana.client.log if entry.direction == "received"]
    assert last_time(ana.client, "received", {"value": 1}) == times[1]
    assert first_time(ana.client, "received", ONE, times[0]) == times[1]
    assert last_time(ana.client, "sent", ONE) < times[2] + timedelta(seconds=1)
