"""The bank of “Reconnecting client”: clients that keep its contract, and the usual ones that do not."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.websocket_lab.exercises.bank import fails, passes
from websocket_lab.grading.check import check
from websocket_lab.grading.finished_exercise import finished_module


LOST: Any = (OSError, EOFError, ConnectionClosed, InvalidHandshake)


class Client:
    """A right client, in small parts that the wrong ones replace."""

    lost = LOST

    def __init__(self, url: str, first: float, longest: float, sleep: Any) -> None:
        self.url, self.first, self.longest, self.sleep = url, first, longest, sleep
        self.last_id = 0
        self.failures = 0
        self.stopped = False
        self.websocket: ClientConnection | None = None

    def address(self) -> str:
        return f"{self.url}?after={self.last_id}"

    def ceiling(self) -> float:
        return float(min(self.longest, self.first * 2**self.failures))

    def share(self) -> float:
        return random.uniform(0.5, 1)

    def connected(self) -> None:
        pass

    def alive(self) -> None:
        self.failures = 0

    def is_new(self, message: Any) -> bool:
        return bool(message["id"] > self.last_id)

    def remember(self, message: Any) -> None:
        self.last_id = message["id"]

    async def visit(self) -> AsyncIterator[Any]:
        async with connect(self.address(), proxy=None) as self.websocket:
            self.connected()
            async for text in self.websocket:
                message = json.loads(text)
                self.alive()
                if self.is_new(message):
                    self.remember(message)
                    yield message

    async def rest(self) -> None:
        await self.sleep(self.ceiling() * self.share())
        self.failures += 1

    async def messages(self) -> AsyncIterator[Any]:
        while not self.stopped:
            try:
                async for message in self.visit():
                    yield message
            except self.lost:
                pass
            if not self.stopped:
                await self.rest()

    async def stop(self) -> None:
        self.stopped = True
        if self.websocket:
            await self.websocket.close()


class Slow(Client):
    """Takes its time with each message."""

    async def messages(self) -> AsyncIterator[Any]:
        async for message in super().messages():
            await asyncio.sleep(0.08)
            yield message


class OwnTask(Client):
    """Another design: a task fills a queue, and stop() cancels it."""

    async def fill(self) -> None:
        with suppress(asyncio.CancelledError):
            async for message in super().messages():
                self.queue.put_nowait(message)
        self.queue.put_nowait(None)

    async def messages(self) -> AsyncIterator[Any]:
        self.queue: asyncio.Queue[Any] = asyncio.Queue()
        self.task = asyncio.create_task(self.fill())
        while message := await self.queue.get():
            yield message

    async def stop(self) -> None:
        await super().stop()
        self.task.cancel()


class Feed:
    """Another design: an object with __anext__, and a connection that is opened and closed by hand."""

    def __init__(self, url: str, first: float, longest: float, sleep: Any) -> None:
        self.url, self.last, self.sleep = url, 0, sleep
        self.first, self.longest = first, longest
        self.waits = 0
        self.open: ClientConnection | None = None
        self.ended = asyncio.Event()

    def messages(self) -> "Feed":
        return self

    def __aiter__(self) -> "Feed":
        return self

    async def __anext__(self) -> Any:
        while not self.ended.is_set():
            try:
                self.open = self.open or await connect(f"{self.url}?after={self.last}", proxy=None)
                message = json.loads(await self.open.recv())
            except LOST:
                await self.lose()
                continue
            self.waits, new = 0, message["id"] > self.last
            if new:
                self.last = message["id"]
                return message
        raise StopAsyncIteration

    async def lose(self) -> None:
        self.open = None
        if not self.ended.is_set():
            low = min(self.longest, self.first * 2**self.waits) / 2
            self.waits += 1
            await self.sleep(low + low * random.random())

    def stop(self) -> None:
        self.ended.set()
        if self.open:
            self.closing = asyncio.ensure_future(self.open.close())


RIGHT: dict[str, Any] = {
    "the solution": lambda *url, **options: finished_module("reconnecting_client").ReconnectingClient(
        *url, **options
    ),
    "small parts": Client,
    "own task": OwnTask,
    "by hand": Feed,
    "slow": Slow,
}


class NeverComesBack(Client):
    async def messages(self) -> AsyncIterator[Any]:
        with suppress(*LOST):
            async for message in self.visit():
                yield message


class TakesGoodbyeForTheEnd(Client):
    async def messages(self) -> AsyncIterator[Any]:
        while not self.stopped:
            try:
                async for message in self.visit():
                    yield message
                return
            except LOST:
                await self.rest()


class CatchesOnlyCuts(Client):
    lost = ConnectionClosed


class CatchesNoOSError(Client):
    lost = (EOFError, ConnectionClosed, InvalidHandshake)


class FromTheBeginning(Client):
    def address(self) -> str:
        return f"{self.url}?after=0"


class AsksForNothing(Client):
    def address(self) -> str:
        return self.url


class Counts(Client):
    count = 0

    def remember(self, message: Any) -> None:
        super().remember(message)
        self.count += 1

    def address(self) -> str:
        return f"{self.url}?after={self.count}"


class OneTooFar(Client):
    def address(self) -> str:
        return f"{self.url}?after={self.last_id + 1}"


class HandsOnAll(Client):
    def is_new(self, message: Any) -> bool:
        return True


class ComparesWithTheLastOnly(Client):
    def is_new(self, message: Any) -> bool:
        return bool(message["id"] != self.last_id)


class Hammers(Client):
    async def rest(self) -> None:
        await asyncio.sleep(0)


class SleepsForReal(Client):
    async def rest(self) -> None:
        await asyncio.sleep(0.05)


class WaitsOnlyAfterErrors(Client):
    async def messages(self) -> AsyncIterator[Any]:
        while not self.stopped:
            try:
                async for message in self.visit():
                    yield message
            except LOST:
                await self.rest()


class GivesUp(Client):
    async def rest(self) -> None:
        await super().rest()
        self.stopped = self.failures > 3


class AlwaysTheSame(Client):
    def ceiling(self) -> float:
        return self.first


class Linear(Client):
    def ceiling(self) -> float:
        return float(min(self.longest, self.first * (self.failures + 1)))


class NoCeiling(Client):
    def ceiling(self) -> float:
        return float(self.first * 2**self.failures)


class DoublesTooEarly(Client):
    async def rest(self) -> None:
        self.failures += 1
        await self.sleep(self.ceiling() * self.share())


class FromZero(Client):
    def share(self) -> float:
        return random.uniform(0, 1)


class NumbersOfItsOwn(Client):
    def ceiling(self) -> float:
        return float(min(30, 0.5 * 2**self.failures))


class InStep(Client):
    def share(self) -> float:
        return 1.0


class OneShareForAll(Client):
    def share(self) -> float:
        self.mine = getattr(self, "mine", random.uniform(0.5, 1))
        return self.mine


class WellAtOnce(Client):
    def connected(self) -> None:
        self.failures = 0


class NeverWell(Client):
    def alive(self) -> None:
        pass


class OnlySaysStopped(Client):
    async def stop(self) -> None:
        self.stopped = True


class ClosesOnly(Client):
    async def stop(self) -> None:
        if self.websocket:
            await self.websocket.close()


class VanishesOnStop(Client):
    async def stop(self) -> None:
        self.stopped = True
        if self.websocket:
            self.websocket.transport.abort()


class OneMoreAttempt(Client):
    async def messages(self) -> AsyncIterator[Any]:
        while True:
            with suppress(*LOST):
                async for message in self.visit():
                    yield message
            if self.stopped:
                return
            await self.rest()


class HandsOnText(Client):
    async def visit(self) -> AsyncIterator[Any]:
        async for message in super().visit():
            yield json.dumps(message)


class HasNoMessages:
    def __init__(self, url: str, first: float, longest: float, sleep: Any) -> None:
        pass


class ClosesWhatIsNotThere(Client):
    async def rest(self) -> None:
        self.websocket = None
        await super().rest()

    async def stop(self) -> None:
        self.stopped = True
        await self.websocket.close()  # type: ignore[union-attr]


WRONG = {
    HandsOnText: ("hands_on_each_message", "json.loads"),
    HasNoMessages: ("hands_on_each_message", "'messages'"),
    NeverComesBack: ("comes_back_however_it_ended", "Catch it"),
    TakesGoodbyeForTheEnd: ("comes_back_however_it_ended", "no reason to end"),
    FromTheBeginning: ("asks_for_what_it_missed", "self.last_id"),
    AsksForNothing: ("asks_for_what_it_missed", "self.last_id"),
    Counts: ("asks_for_what_it_missed", "do not count"),
    OneTooFar: ("asks_for_what_it_missed", "self.last_id"),
    HandsOnAll: ("hands_on_nothing_twice", "leave it out"),
    ComparesWithTheLastOnly: ("hands_on_nothing_twice", "leave it out"),
    Hammers: ("waits_before_each_attempt", "before you connect again"),
    SleepsForReal: ("waits_before_each_attempt", "self.sleep"),
    WaitsOnlyAfterErrors: ("waits_before_each_attempt", "without an exception"),
    CatchesOnlyCuts: ("waits_before_each_attempt", "reason to wait"),
    GivesUp: ("waits_before_each_attempt", "goes on trying"),
    CatchesNoOSError: ("comes_back_when_nobody_was_there", "reason to wait"),
    AlwaysTheSame: ("waits_grow", "first * 2**n"),
    Linear: ("waits_grow", "first * 2**n"),
    NoCeiling: ("waits_grow", "at most min(longest"),
    DoublesTooEarly: ("waits_grow", "Count the failure after"),
    FromZero: ("waits_grow", "at least half"),
    NumbersOfItsOwn: ("waits_grow", "first * 2**n"),
    InStep: ("waits_differ", "all clients come back at once"),
    OneShareForAll: ("waits_differ", "random.uniform(0.5, 1)"),
    WellAtOnce: ("a_message_lets_the_waits_begin_anew", "go on doubling"),
    NeverWell: ("a_message_lets_the_waits_begin_anew", "set the number of failures to 0"),
    OnlySaysStopped: ("stops_while_it_listens", "close the connection"),
    ClosesOnly: ("stops_while_it_listens", "messages() ends"),
    VanishesOnStop: ("stops_while_it_listens", "sends 1000"),
    OneMoreAttempt: ("stops_while_it_waits", "before you connect"),
    ClosesWhatIsNotThere: ("stops_while_it_waits", "it may be None"),
}


@pytest.mark.parametrize("client", RIGHT.values(), ids=RIGHT)
def test_a_right_client_passes(client: Any) -> None:
    passes("reconnecting_client", client)


@pytest.mark.parametrize(("client", "step", "words"), [(client, *told) for client, told in WRONG.items()])
def test_a_wrong_client_fails_at_its_step(client: Any, step: str, words: str) -> None:
    fails("reconnecting_client", client, step, words)


def test_an_object_in_place_of_the_class_is_told() -> None:
    verdict = check("reconnecting_client", "Ana")

    assert verdict.outcome == "error"
    assert "the class itself" in verdict.message
