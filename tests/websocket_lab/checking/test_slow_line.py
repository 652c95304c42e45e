"""Slow lines: what is sent on one connection keeps its order, and others act meanwhile."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, WebSocket

from websocket_lab.checking import slow_line
from websocket_lab.checking.bench import Bench, at_once
from websocket_lab.checking.person import Person


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


class CountBench(Bench):
    """A server that counts under check."""

    vocabulary = frozenset({"count"})


@pytest.fixture
def clients() -> list[WebSocket]:
    """Those who have come to the server."""
    return []


@pytest.fixture
def bench(clients: list[WebSocket]) -> Iterator[CountBench]:
    with CountBench(lambda: make_app(clients)) as bench:
        yield bench


def counts(person: Person) -> list[int]:
    return [person.next_event("Ana hears a count.")["clients"] for _ in range(2)]


def test_a_message_on_a_fast_line_is_there_before_anybody_else_comes(bench: CountBench) -> None:
    ana = bench.person("/ws", "Ana")
    ana.connects()

    assert counts(ana) == [1, 1]


def test_others_come_while_a_slow_line_carries_a_message(
    bench: CountBench, clients: list[WebSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(seconds: float) -> None:
        # However long they need for it, all come while the first message is on its way.
        while len(clients) < len(people):
            await asyncio.sleep(seconds)

    monkeypatch.setattr(slow_line, "asyncio", SimpleNamespace(Lock=asyncio.Lock, sleep=sleep))
    people = [bench.person("/ws", name) for name in ("Ana", "Ben", "Eve")]
    with bench.slow_lines(0.01):
        at_once(Person.connects, people)
        heard = [counts(person) for person in people]

    assert sorted(first for first, _ in heard) == [1, 2, 3]
    assert [second for _, second in heard] == [3, 3, 3]


def test_lines_are_fast_again_afterwards(bench: CountBench) -> None:
    with bench.slow_lines(3600):
        pass
    ana = bench.person("/ws", "Ana")
    ana.connects()

    assert counts(ana) == [1, 1]


def test_a_failure_of_one_person_is_a_failure_of_all(bench: CountBench) -> None:
    people = [bench.person("/ws", "Ana"), bench.person("/nowhere", "Ben")]

    with pytest.raises(Exception, match="Ben can connect"):
        at_once(Person.connects, people)
