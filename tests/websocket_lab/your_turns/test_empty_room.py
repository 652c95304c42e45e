"""The bank of lesson 12's your-turn: tests that find a kept room, and the usual ones that do not."""

import asyncio
import time
from typing import Any

import pytest

from tests.websocket_lab.exercises.bank import fails, passes
from websocket_lab.client.until import until
from websocket_lab.grading.check import check
from websocket_lab.grading.finished_exercise import finished_module


async def waits_for_users(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    await until(lambda: not chat.manager.users)
    assert not chat.manager.rooms


async def waits_for_rooms(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    await until(lambda: not chat.manager.rooms, deadline=3)


async def within_a_timeout(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    async with asyncio.timeout(5):
        while chat.manager.users:
            await asyncio.sleep(0.01)
    assert chat.manager.rooms == {}


async def waits_for_left(chat: Any, come: Any) -> None:
    ana, ben = come("lobby", "ana"), come("lobby", "ben")
    ana.disconnect()
    ben.wait_for(lambda event: '"left"' in event)
    ben.disconnect()
    await until(lambda: "ben" not in chat.manager.users)
    assert "lobby" not in chat.manager.rooms


def without_async(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    deadline = time.monotonic() + 5
    while chat.manager.users and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not chat.manager.rooms


RIGHT = {
    "the answer": finished_module("empty_room").test_an_empty_room_is_forgotten,
    "waits for users": waits_for_users,
    "waits for rooms": waits_for_rooms,
    "within a timeout": within_a_timeout,
    "waits for left": waits_for_left,
    "without async": without_async,
}


async def nothing(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()


async def at_once(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    assert not chat.manager.rooms


async def sleeps(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    await asyncio.sleep(0.2)
    assert not chat.manager.rooms


async def forgets_await(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    until(lambda: not chat.manager.users)  # type: ignore[unused-coroutine]
    assert not chat.manager.rooms


async def waits_for_what_never_comes(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    await until(lambda: chat.manager.rooms == [], deadline=3)


async def only_users(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    await until(lambda: not chat.manager.users)


async def looks_into_the_room(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    await until(lambda: not chat.manager.users)
    assert not chat.manager.rooms.get("lobby")


async def without_a_deadline(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    while chat.manager.rooms:
        await asyncio.sleep(0.01)


async def misspells(chat: Any, come: Any) -> None:
    come("lobby", "ana").disconnect()
    await until(lambda: not chat.manager.user)


async def exits(chat: Any, come: Any) -> None:
    raise SystemExit


WAITS, NOTICES = "the_test_waits_for_a_slow_server", "the_test_notices_a_kept_room"
WRONG = {
    "at once": (at_once, WAITS, "has not removed Ana yet"),
    "sleeps": (sleeps, WAITS, "has not removed Ana yet"),
    "forgets await": (forgets_await, WAITS, "was never awaited"),
    "waits for what never comes": (waits_for_what_never_comes, WAITS, "never comes"),
    "misspells": (misspells, WAITS, "has no attribute 'user'"),
    "exits": (exits, WAITS, "SystemExit"),
    "nothing": (nothing, NOTICES, "Assert something about the rooms"),
    "only users": (only_users, NOTICES, "Assert something about the rooms"),
    "looks into the room": (looks_into_the_room, NOTICES, "Assert something about the rooms"),
    "without a deadline": (without_a_deadline, NOTICES, "Each wait needs a deadline"),
}


@pytest.mark.parametrize("test", RIGHT.values(), ids=RIGHT)
def test_a_right_test_passes(test: Any) -> None:
    passes("empty_room", test)


@pytest.mark.parametrize(("test", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_test_fails_at_its_step(test: Any, step: str, words: str) -> None:
    fails("empty_room", test, step, words)


def test_something_else_than_a_test_is_refused() -> None:
    verdict = check("empty_room", "test_an_empty_room_is_forgotten")

    assert verdict.outcome == "error", verdict
    assert "check needs the test itself" in verdict.message
