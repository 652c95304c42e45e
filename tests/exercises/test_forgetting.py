"""What an exercise's server keeps for its clients is gone when they are."""

import asyncio
from typing import Any
from weakref import WeakSet

from websocket_lab import BackgroundServer, LiveClient
from websocket_lab.client.until import until
from websocket_lab.grading.finished_exercise import finished_module


def test_fix_the_broadcast_forgets_a_room_that_everyone_has_left() -> None:
    exercise: Any = finished_module("fix_the_broadcast")
    rooms: WeakSet[Any] = WeakSet()

    def new_room() -> Any:
        rooms.add(room := exercise.Room())
        return room

    with BackgroundServer(exercise.app_with(new_room)) as server:
        for number in range(20):
            with LiveClient(server.url(f"/ws/room-{number}")) as client:
                client.send("hi")
                client.wait_for("hi")
        asyncio.run(until(lambda: not rooms, 30))


def test_validate_messages_forgets_a_channel_without_subscribers() -> None:
    exercise: Any = finished_module("validate_messages")
    channels = exercise.Channels()
    exercise.Channels = lambda: channels

    with BackgroundServer(exercise.make_app()) as server:
        with LiveClient(server.url("/ws/json")) as client:
            client.send_json({"action": "subscribe", "channel": "news"})
            client.receive()
            assert list(channels.subscribers) == ["news"]
        asyncio.run(until(lambda: not channels.subscribers, 30))
