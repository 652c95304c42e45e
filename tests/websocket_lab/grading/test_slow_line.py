"""Slow lines: what is sent on one connection keeps its order, and others act meanwhile."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, WebSocket

from websocket_lab.grading import slow_line
from websocket_lab.grading.harness import Harness, at_once
from websocket_lab.grading.simulated_client import SimulatedClient


def make_app(clients: list[WebSocket]) -> FastAPI:
    """Return a server that notes its clients, and tells each how many came before and since."""
    app = FastAPI()

    @app.websocket("/ws")
    async def count(websocket: WebSocket) -> None:
        await websocket.accept()
        clients.append(websocket)
        await websocket.send_json({"type": "count", "clients": len(clients)})
        await websocket.send_json({"type": "count", "clients": len(clients)})
        async for _ in websocket.iter_text():
            pass

    return app


class CountHarness(Harness):
    """A server that counts under check."""

    vocabulary = frozenset({"count"})


@pytest.fixture
def clients() -> list[WebSocket]:
    """Those who have come to the server."""
    return []


@pytest.fixture
def harness(clients: list[WebSocket]) -> Iterator[CountHarness]:
    with CountHarness(lambda: make_app(clients)) as harness:
        yield harness


def counts(person: SimulatedClient) -> list[int]:
    return [person.next_event("Ana receives a count.")["clients"] for _ in range(2)]


def test_a_message_on_a_fast_line_is_there_before_anybody_else_comes(harness: CountHarness) -> None:
    ana = harness.person("/ws", "Ana")
    ana.connects()

    assert counts(ana) == [1, 1]


def test_others_come_while_a_slow_line_carries_a_message(
    harness: CountHarness, clients: list[WebSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(seconds: float) -> None:
        # However long they need for it, all come while the first message is on its way.
        while len(clients) < len(people):
            await asyncio.sleep(seconds)

    monkeypatch.setattr(slow_line, "asyncio", SimpleNamespace(Lock=asyncio.Lock, sleep=sleep))
    people = [harness.person("/ws", name) for name in ("Ana", "Ben", "Eve")]
    with harness.slow_lines(0.01):
        at_once(SimulatedClient.connects, people)
        heard = [counts(person) for person in people]

    assert sorted(first for first, _ in heard) == [1, 2, 3]
    assert [second for _, second in heard] == [3, 3, 3]


def test_lines_are_fast_again_afterwards(harness: CountHarness) -> None:
    with harness.slow_lines(3600):
        pass
    ana = harness.person("/ws", "Ana")
    ana.connects()

    assert counts(ana) == [1, 1]


def test_a_failure_of_one_person_is_a_failure_of_all(harness: CountHarness) -> None:
    people = [harness.person("/ws", "Ana"), harness.person("/nowhere", "Ben")]

    with pytest.raises(Exception, match="Ben can connect"):
        at_once(SimulatedClient.connects, people)
