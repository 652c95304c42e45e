"""The bank of lesson 13's your-turn: ways to deliver what a broker brings, and the usual ones that fail."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from server_snippets.server.brokers.base import Entry
from server_snippets.step_11_fan_out import ConnectionManager
from tests.websocket_lab.exercises.bank import MakeApp, fails, passes, slow
from websocket_lab.grading.check import check
from websocket_lab.grading.finished_exercise import finished_module


Rooms = dict[str, ConnectionManager]


def server(deliver: Callable[[Rooms, Entry, Any], Any]) -> MakeApp:
    """Return a function that makes an app: what `on_event` does, and what it then awaits."""

    def make_app(broker: Any) -> FastAPI:
        app = FastAPI()
        rooms: Rooms = defaultdict(ConnectionManager)

        async def on_event(entry: Entry) -> None:
            if (wait := deliver(rooms, entry, broker)) is not None:
                await wait

        broker.subscribe("rooms", on_event)

        @app.websocket("/ws/{room}")
        async def talk(websocket: WebSocket, room: str) -> None:
            await rooms[room].connect(websocket)
            try:
                async for text in websocket.iter_text():
                    await broker.publish("rooms", room, text)
            finally:
                rooms[room].disconnect(websocket)

        return app

    return make_app


def broadcasts(rooms: Rooms, entry: Entry, broker: Any) -> None:
    rooms[entry.room].broadcast(str(entry.message))


def asks_first(rooms: Rooms, entry: Entry, broker: Any) -> None:
    if entry.room in rooms:
        rooms[entry.room].broadcast(str(entry.message))


async def sends_to_each(rooms: Rooms, entry: Entry, broker: Any) -> None:
    for member in list(rooms[entry.room].active_connections):
        with suppress(RuntimeError):
            await member.send_text(str(entry.message))


async def sends_at_once(rooms: Rooms, entry: Entry, broker: Any) -> None:
    members = rooms[entry.room].active_connections
    await asyncio.gather(*[member.send_text(str(entry.message)) for member in members])


def finds_the_room(rooms: Rooms, entry: Entry, broker: Any) -> None:
    for room, manager in rooms.items():
        if room == entry.room:
            manager.broadcast(str(entry.message))


RIGHT: dict[str, MakeApp] = {
    "the answer": lambda broker: finished_module("room_delivery").make_rooms_app(broker),
    "broadcasts": server(broadcasts),
    "asks first": server(asks_first),
    "sends to each": server(sends_to_each),
    "sends at once": server(sends_at_once),
    "finds the room": server(finds_the_room),
    "slow": slow(server(broadcasts)),
}


def nothing(rooms: Rooms, entry: Entry, broker: Any) -> None:
    pass


def sends_the_entry(rooms: Rooms, entry: Entry, broker: Any) -> None:
    rooms[entry.room].broadcast(entry)  # type: ignore[arg-type]


def sends_the_entry_as_text(rooms: Rooms, entry: Entry, broker: Any) -> None:
    rooms[entry.room].broadcast(str(entry))


def takes_the_place_for_the_room(rooms: Rooms, entry: Entry, broker: Any) -> None:
    rooms[entry.place].broadcast(str(entry.message))


def awaits_the_broadcast(rooms: Rooms, entry: Entry, broker: Any) -> Any:
    async def wrong() -> None:
        await rooms[entry.room].broadcast(str(entry.message))  # type: ignore[func-returns-value]

    return wrong()


def publishes_again(rooms: Rooms, entry: Entry, broker: Any) -> Any:
    return broker.publish("rooms", entry.room, entry.message)


def forgets_to_await(rooms: Rooms, entry: Entry, broker: Any) -> None:
    for member in rooms[entry.room].active_connections:
        member.send_text(str(entry.message))


async def only_the_first(rooms: Rooms, entry: Entry, broker: Any) -> None:
    for member in rooms[entry.room].active_connections:
        return await member.send_text(str(entry.message))


def twice(rooms: Rooms, entry: Entry, broker: Any) -> None:
    broadcasts(rooms, entry, broker)
    broadcasts(rooms, entry, broker)


def all_rooms(rooms: Rooms, entry: Entry, broker: Any) -> None:
    for manager in rooms.values():
        manager.broadcast(str(entry.message))


RECEIVES, APART = "the_room_receives_it", "other_rooms_do_not"
WRONG: dict[str, tuple[MakeApp, str, str]] = {
    "nothing": (server(nothing), RECEIVES, "The broker calls `on_event`"),
    "sends the entry": (server(sends_the_entry), RECEIVES, "'Entry' object has no attribute"),
    "sends the entry as text": (server(sends_the_entry_as_text), RECEIVES, "its text is `entry.message`"),
    "takes the place for the room": (
        server(takes_the_place_for_the_room),
        RECEIVES,
        "The broker calls `on_event`",
    ),
    "awaits the broadcast": (server(awaits_the_broadcast), RECEIVES, "call it without `await`"),
    "publishes again": (server(publishes_again), RECEIVES, "is closed (1006)"),
    "forgets to await": (server(forgets_to_await), RECEIVES, "was never awaited"),
    "only the first": (server(only_the_first), RECEIVES, "The broker calls `on_event`"),
    "twice": (server(twice), RECEIVES, "It comes twice"),
    "all rooms": (server(all_rooms), APART, "take the one of `entry.room`"),
}


@pytest.mark.parametrize("make_app", RIGHT.values(), ids=RIGHT)
def test_a_right_delivery_passes(make_app: MakeApp) -> None:
    passes("room_delivery", make_app)


@pytest.mark.parametrize(("make_app", "step", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_delivery_fails_at_its_step(make_app: MakeApp, step: str, words: str) -> None:
    fails("room_delivery", make_app, step, words)


def test_publishing_what_the_broker_brings_ends_with_the_reason() -> None:
    assert "without end" in check("room_delivery", server(publishes_again)).trace


def test_an_app_instead_of_the_function_is_named() -> None:
    assert "without brackets" in check("room_delivery", FastAPI()).message
