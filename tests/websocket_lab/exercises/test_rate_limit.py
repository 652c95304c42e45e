"""The bank of “Rate limit”: servers that keep its contract, and the usual ones that do not."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol
from unittest.mock import Mock

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.websocket_lab.exercises.bank import SlowSends, fails, passes
from websocket_lab.exercises.rate_limit.check import not_faster_than_the_rate
from websocket_lab.exercises.rate_limit.harness import LONG_PAUSE, RateScene, Try
from websocket_lab.grading import mismatch
from websocket_lab.grading.finished_exercise import finished_module
from websocket_lab.grading.simulated_client import SimulatedClient


MakeLimitedApp = Callable[..., FastAPI]
REFUSED = {"type": "error", "code": "rate_limited", "detail": "Too fast."}


class Limit(Protocol):
    """Says of each message whether it may pass."""

    def take(self) -> bool: ...


class Bucket:
    """A right bucket, in small parts that the wrong ones replace."""

    def __init__(self, burst: int, rate: float) -> None:
        self.burst = burst
        self.rate = rate
        self.tokens = self.first()
        self.looked_at = self.now()

    def first(self) -> float:
        return self.burst

    def now(self) -> float:
        return time.time()

    def take(self) -> bool:
        seconds = self.now() - self.looked_at
        self.looked_at += seconds
        self.tokens = self.cut(self.tokens + self.come_back(seconds))
        return self.spend()

    def come_back(self, seconds: float) -> float:
        return seconds * self.rate

    def cut(self, tokens: float) -> float:
        return min(tokens, self.burst)

    def spend(self) -> bool:
        is_enough = self.tokens >= 1
        self.tokens -= is_enough
        return is_enough


class Hall:
    """A right server, in small parts that the wrong ones replace."""

    limit: Callable[[int, float], Limit] = Bucket

    def __init__(self, burst: int, rate: float) -> None:
        self.numbers = burst, rate
        self.people: dict[WebSocket, str] = {}

    async def tell_all(self, event: Any) -> None:
        await asyncio.gather(*[self.tell(event, each) for each in self.people])

    async def tell(self, event: Any, websocket: WebSocket) -> None:
        try:
            await websocket.send_json(event)
        except (WebSocketDisconnect, RuntimeError):
            self.people.pop(websocket, None)

    async def visit(self, websocket: WebSocket) -> None:
        limit = self.bucket(websocket)
        while True:
            said = await websocket.receive_json()
            if limit.take():
                await self.pass_on(said["text"], websocket)
            else:
                await self.refuse(said["text"], websocket)

    def bucket(self, websocket: WebSocket) -> Limit:
        return type(self).limit(*self.numbers)

    async def pass_on(self, text: str, websocket: WebSocket) -> None:
        await self.tell_all({"type": "message", "from": self.people[websocket], "text": text})

    async def refuse(self, text: str, websocket: WebSocket) -> None:
        await self.tell(REFUSED, websocket)

    def make_app(self) -> FastAPI:
        app = FastAPI()

        @app.websocket("/ws/{username}")
        async def enter(websocket: WebSocket, username: str) -> None:
            await websocket.accept()
            self.people[websocket] = username
            await self.tell_all({"type": "joined", "username": username, "here": len(self.people)})
            try:
                await self.visit(websocket)
            except WebSocketDisconnect:
                pass
            finally:
                self.people.pop(websocket, None)
                await self.tell_all({"type": "left", "username": username})

        return app


class FullAt:
    """Another design: one number, the moment at which the bucket will be full."""

    def __init__(self, burst: int, rate: float) -> None:
        self.burst = burst
        self.rate = rate
        self.full_at = 0.0

    def take(self) -> bool:
        now = time.monotonic()
        full_at = max(now, self.full_at) + 1 / self.rate
        fits = full_at - now <= self.burst / self.rate + 1e-6
        self.full_at = full_at if fits else self.full_at
        return fits


class Ticking:
    """Another design: a task puts whole tokens into a queue."""

    def __init__(self, burst: int, rate: float) -> None:
        self.tokens: asyncio.Queue[None] = asyncio.Queue(burst)
        for _ in range(burst):
            self.tokens.put_nowait(None)
        self.task = asyncio.create_task(self.fill(1 / rate))

    async def fill(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            if not self.tokens.full():
                self.tokens.put_nowait(None)

    def take(self) -> bool:
        if self.tokens.empty():
            return False
        self.tokens.get_nowait()
        return True


class LoopsClock(Bucket):
    def now(self) -> float:
        return asyncio.get_running_loop().time()


class FullAtHall(Hall):
    limit = FullAt


class TickingHall(Hall):
    limit = Ticking


class LoopsClockHall(Hall):
    limit = LoopsClock


class SendQueues(Hall):
    """Another design: a queue and a writer for each client."""

    def __init__(self, burst: int, rate: float) -> None:
        super().__init__(burst, rate)
        self.send_queues: dict[WebSocket, asyncio.Queue[Any]] = {}

    async def tell(self, event: Any, websocket: WebSocket) -> None:
        self.send_queues.setdefault(websocket, asyncio.Queue()).put_nowait(event)

    async def visit(self, websocket: WebSocket) -> None:
        writer = asyncio.create_task(self.write(websocket))
        try:
            await super().visit(websocket)
        finally:
            writer.cancel()

    async def write(self, websocket: WebSocket) -> None:
        while True:
            await websocket.send_json(await self.send_queues[websocket].get())


def slow(hall: type[Hall]) -> MakeLimitedApp:
    def make_slow_app(burst: int, rate: float) -> FastAPI:
        app = hall(burst, rate).make_app()
        app.add_middleware(SlowSends)
        return app

    return make_slow_app


RIGHT: dict[str, MakeLimitedApp] = {
    "the solution": lambda **numbers: finished_module("rate_limit").make_app(**numbers),
    "small parts": lambda **numbers: Hall(**numbers).make_app(),
    "full at": lambda **numbers: FullAtHall(**numbers).make_app(),
    "ticking": lambda **numbers: TickingHall(**numbers).make_app(),
    "the loop's clock": lambda **numbers: LoopsClockHall(**numbers).make_app(),
    "send queues": lambda **numbers: SendQueues(**numbers).make_app(),
    "slow": slow(Hall),
    "slow, full at": slow(FullAtHall),
}


class Unlimited(Hall):
    def bucket(self, websocket: WebSocket) -> Limit:
        return Bucket(1_000_000, 1.0)


class OneForEachMessage(Hall):
    def bucket(self, websocket: WebSocket) -> Limit:
        hall = self

        class Always:
            def take(self) -> bool:
                return Bucket(*hall.numbers).take()

        return Always()


class OneForAll(Hall):
    """As motosan-dev/sage-agent#44 tells: one client uses up everyone's tokens."""

    def __init__(self, burst: int, rate: float) -> None:
        super().__init__(burst, rate)
        self.shared = Bucket(burst, rate)

    def bucket(self, websocket: WebSocket) -> Limit:
        return self.shared


class OwnNumbers(Hall):
    def bucket(self, websocket: WebSocket) -> Limit:
        return Bucket(5, 0.05)


class RefusesOnce(Hall):
    def bucket(self, websocket: WebSocket) -> Limit:
        class Once(Bucket):
            def spend(self) -> bool:
                is_enough = super().spend()
                self.tokens += 1000 * (not is_enough)
                return is_enough

            def cut(self, tokens: float) -> float:
                return tokens

        return Once(*self.numbers)


class DropsSilently(Hall):
    async def refuse(self, text: str, websocket: WebSocket) -> None:
        pass


class Waits(Hall):
    async def refuse(self, text: str, websocket: WebSocket) -> None:
        await asyncio.sleep(1 / self.numbers[1])
        await self.pass_on(text, websocket)


class HangsUp(Hall):
    async def refuse(self, text: str, websocket: WebSocket) -> None:
        await websocket.close(1008, "Too fast")


class TellsAll(Hall):
    async def refuse(self, text: str, websocket: WebSocket) -> None:
        await self.tell_all(REFUSED)


class DeliversAsWell(Hall):
    async def refuse(self, text: str, websocket: WebSocket) -> None:
        await super().refuse(text, websocket)
        await self.pass_on(text, websocket)


class OtherCode(Hall):
    async def refuse(self, text: str, websocket: WebSocket) -> None:
        await self.tell({"type": "error", "code": "too_fast", "detail": "Wait."}, websocket)


class NotToTheSpeaker(Hall):
    async def pass_on(self, text: str, websocket: WebSocket) -> None:
        event = {"type": "message", "from": self.people[websocket], "text": text}
        for other in [other for other in self.people if other is not websocket]:
            await self.tell(event, other)


class KeepsForLater(Hall):
    def __init__(self, burst: int, rate: float) -> None:
        super().__init__(burst, rate)
        self.kept: deque[str] = deque()

    async def refuse(self, text: str, websocket: WebSocket) -> None:
        self.kept.append(text)
        await super().refuse(text, websocket)

    async def pass_on(self, text: str, websocket: WebSocket) -> None:
        await super().pass_on(text, websocket)
        others = [other for other in self.people if other is not websocket]
        if self.kept and len(others) == 2 and self.numbers[1] > 1:
            await self.tell(
                {"type": "message", "from": self.people[websocket], "text": self.kept.popleft()}, others[1]
            )


class Empty(Bucket):
    def first(self) -> float:
        return 0


class MoreThanOne(Bucket):
    def spend(self) -> bool:
        is_enough = self.tokens > 1.5
        self.tokens -= is_enough
        return is_enough


class APart(Bucket):
    def spend(self) -> bool:
        is_enough = self.tokens > 0
        self.tokens = max(0, self.tokens - is_enough)
        return is_enough


class NeverSpends(Bucket):
    def spend(self) -> bool:
        return self.tokens >= 1


class NeverRefills(Bucket):
    def come_back(self, seconds: float) -> float:
        return 0


class Rounds(Bucket):
    """As svix/diom#115 tells: each look notes the time, and rounds what has come back to nothing."""

    def come_back(self, seconds: float) -> float:
        return int(seconds * self.rate)


class RefusalsCost(Bucket):
    def spend(self) -> bool:
        self.tokens -= 1
        return self.tokens >= 0


class TooSlow(Bucket):
    def come_back(self, seconds: float) -> float:
        return seconds * self.rate / 4


class OneTokenAtATime(Bucket):
    """As gengteng/axum-limit#2 tells: however long the silence was, one token comes back."""

    def come_back(self, seconds: float) -> float:
        return min(1.0, seconds * self.rate)


class ForgetsPauses(Bucket):
    def come_back(self, seconds: float) -> float:
        return seconds * self.rate if seconds < LONG_PAUSE else 0.0


class TooFast(Bucket):
    def come_back(self, seconds: float) -> float:
        return 5 * seconds * self.rate


class FillsUpAtOnce(Bucket):
    def take(self) -> bool:
        if self.now() - self.looked_at > 1 / self.rate:
            self.looked_at = self.now()
            self.tokens = self.burst
        return self.spend()


class NeverNotesTheTime(Bucket):
    def take(self) -> bool:
        self.tokens = self.cut(self.tokens + self.come_back(self.now() - self.looked_at))
        return self.spend()


class Overflows(Bucket):
    def cut(self, tokens: float) -> float:
        return tokens


class Window:
    """Counts in windows of time, each of which begins with a message."""

    def __init__(self, burst: int, rate: float) -> None:
        self.burst = burst
        self.seconds = burst / rate
        self.begin = self.count = 0.0

    def take(self) -> bool:
        if time.monotonic() - self.begin > self.seconds:
            self.begin, self.count = time.monotonic(), 0
        self.count += 1
        return self.count <= self.burst


def with_limit(limit: Callable[[int, float], Limit]) -> MakeLimitedApp:
    class LimitedHall(Hall):
        def bucket(self, websocket: WebSocket) -> Limit:
            return limit(*self.numbers)

    return lambda **numbers: LimitedHall(**numbers).make_app()


def made_by(hall: type[Hall]) -> MakeLimitedApp:
    return lambda **numbers: hall(**numbers).make_app()


WRONG: dict[str, tuple[MakeLimitedApp, str, str]] = {
    what.__name__: (make(what), step, words)  # type: ignore[arg-type]
    for make, what, step, words in [
        (with_limit, Empty, "a_burst_is_delivered", "full in the beginning"),
        (with_limit, MoreThanOne, "a_burst_is_delivered", "each message takes one"),
        (made_by, NotToTheSpeaker, "a_burst_is_delivered", "its speaker included"),
        (made_by, Unlimited, "the_next_is_refused", "tokens < 1"),
        (made_by, OneForEachMessage, "the_next_is_refused", "lives as long as the connection"),
        (made_by, OwnNumbers, "the_next_is_refused", "`burst` tokens"),
        (made_by, DropsSilently, "the_next_is_refused", "Tell the speaker at once"),
        (made_by, Waits, "the_next_is_refused", "Do not wait for a token"),
        (made_by, HangsUp, "the_next_is_refused", "stays connected"),
        (made_by, TellsAll, "the_next_is_refused", "to nobody else"),
        (made_by, DeliversAsWell, "the_next_is_refused", "delivered all the same"),
        (made_by, OtherCode, "the_next_is_refused", "is rate_limited"),
        (with_limit, APart, "the_next_is_refused", "a whole one"),
        (made_by, RefusesOnce, "the_next_is_refused", "takes a token"),
        (with_limit, NeverSpends, "the_next_is_refused", "message takes a token"),
        (made_by, OneForAll, "the_others_talk_on", "a bucket of its own"),
        (with_limit, NeverRefills, "tokens_come_back", "add `rate` tokens"),
        (with_limit, Rounds, "tokens_come_back", "no rounding"),
        (with_limit, RefusalsCost, "tokens_come_back", "a refused message costs nothing"),
        (with_limit, TooSlow, "tokens_come_back", "add `rate` tokens"),
        (with_limit, ForgetsPauses, "steady_talk_is_never_refused", "two tokens come back"),
        (with_limit, OneTokenAtATime, "silence_fills_the_bucket", "many tokens back at once"),
        (with_limit, Window, "tokens_come_back", "a part of a second too"),
        (with_limit, TooFast, "not_faster_than_the_rate", "no more"),
        (with_limit, FillsUpAtOnce, "not_faster_than_the_rate", "no more"),
        (with_limit, NeverNotesTheTime, "not_faster_than_the_rate", "note the time of each look"),
        (with_limit, Overflows, "silence_fills_the_bucket", "min(burst, tokens)"),
        (made_by, KeepsForLater, "what_was_refused_never_comes", "not kept for later"),
    ]
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_server_passes(make_app: MakeLimitedApp) -> None:
    passes("rate_limit", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_server_fails_at_its_step(make_app: MakeLimitedApp, step: str, words: str) -> None:
    fails("rate_limit", make_app, step, words)


@pytest.mark.parametrize(("seconds", "outcome"), [(0.0, mismatch.Mismatch), (1.0, mismatch.TooSlow)])
def test_a_full_bucket_and_more_at_once_tells_something_only_if_ana_has_just_come(
    seconds: float, outcome: type[Exception]
) -> None:
    ana = SimulatedClient("ws://127.0.0.1:1/ws", "Ana", "ana", None)
    ana.began -= timedelta(seconds=seconds)
    scene, now = RateScene(ana, Mock(), Mock(), burst=5, rate=10.0), time.monotonic()
    # A bucket that overflows may hold as many after a second.
    scene.hasty = [Try("word", True, now, now)] * 10

    with pytest.raises(outcome):
        not_faster_than_the_rate.take(Mock(scene=scene))


def tries_of(seconds: float, delivered: int, refused: int = 0) -> list[Try]:
    """Return tries, one after the other, which take so many seconds together."""
    count = delivered + refused
    each = seconds / count
    return [Try("word", number < delivered, number * each, (number + 1) * each) for number in range(count)]


def long_pause(tries: list[Try]) -> list[Try]:
    """Return tries with half a second before the last one."""
    *others, last = tries
    return [*others, replace(last, sent=last.sent + 0.5, answered=last.answered + 0.5)]


QUICK, SLOW = tries_of(0.3, delivered=5, refused=8), tries_of(2.2, delivered=13)
THEN_FULL = [replace(one, sent=one.sent + 4, answered=one.answered + 4) for one in tries_of(0.3, 5, 5)]
THEN_ALL = [replace(one, sent=4.0, answered=4.7) for one in tries_of(0.7, delivered=10)]


HELD_UP = {
    "nothing was slow": (QUICK, THEN_FULL, 0.0, False),
    "busy, but she made haste": (QUICK, THEN_FULL, 2.0, False),
    "a slow server": (SLOW, THEN_FULL, 0.2, False),
    "a slow machine": (SLOW, THEN_FULL, 1.9, True),
    "a server that stood still": (long_pause(QUICK), THEN_FULL, 0.1, False),
    "a machine that stood still": (long_pause(QUICK), THEN_FULL, 0.5, True),
    "a server that is slow after the silence": (QUICK, THEN_ALL, 0.0, False),
    "a machine that is slow after the silence": (QUICK, THEN_ALL, 0.5, True),
    "a server without a limit, on a slow machine": (tries_of(0.3, delivered=13), THEN_FULL, 0.5, False),
}


@pytest.mark.parametrize(("hasty", "after_silence", "waited", "held_up"), HELD_UP.values(), ids=HELD_UP)
def test_only_what_the_machine_kept_from_proving_anything_is_played_again(
    hasty: list[Try], after_silence: list[Try], waited: float, held_up: bool
) -> None:
    scene = RateScene(SimulatedClient("ws://127.0.0.1:1/ws", "Ana", "ana", None), Mock(), Mock(), 5, 10.0)
    scene.hasty, scene.after_silence = hasty, after_silence
    scene.waited = scene.waited_after_silence = waited

    assert scene.was_held_up is held_up
