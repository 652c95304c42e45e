"""The list of users: at once in a small room, shared in a big one, and always true in the end."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from server_snippets.server.connections.manager import ConnectionManager
from server_snippets.server.endpoints.chat_delivery import SMALL_ROOM, UserList
from tests.server_snippets import virtual_time


class FakeWebSocket:
    """Notes the lists that it is sent."""

    def __init__(self) -> None:
        self.lists: list[list[str]] = []
        self.scope: dict[str, Any] = {}

    async def accept(self) -> None:
        """Accept."""

    async def send_text(self, text: str) -> None:
        """Note the list."""
        self.lists.append(json.loads(text)["users"])


def usernames_of(manager: ConnectionManager) -> Callable[[str], list[str]]:
    """Return what returns the names of a room's members."""
    return lambda room: sorted(name for name, user in manager.users.items() if user in manager.rooms[room])


async def join(manager: ConnectionManager, users: UserList, username: str) -> Any:
    """Let somebody into the room."""
    websocket: Any = FakeWebSocket()
    await manager.connect(websocket)
    manager.register_user(username, websocket)
    manager.join_room(websocket, "lobby")
    users.joined("lobby", websocket)
    return websocket


async def crowd(size: int, wait: float) -> list[FakeWebSocket]:
    """Let so many in at once, wait, and return them in the order of their coming."""
    manager = ConnectionManager()
    users = UserList(manager, 0.01, usernames_of(manager))
    guests = [await join(manager, users, f"guest-{number:03}") for number in range(size)]
    await asyncio.sleep(wait)
    return guests


def test_a_small_room_hears_every_change_at_once() -> None:
    first, second, third = virtual_time.run(crowd(3, wait=0))

    assert [len(users) for users in first.lists] == [1, 2, 3]
    assert [len(users) for users in second.lists] == [2, 3]
    assert [len(users) for users in third.lists] == [3]


def test_a_crowd_shares_a_list_that_is_true() -> None:
    guests = virtual_time.run(crowd(100, wait=0.1))
    everyone = [f"guest-{number:03}" for number in range(100)]

    assert all(guest.lists[-1] == everyone for guest in guests)
    assert len(guests[0].lists) == SMALL_ROOM + 1
    assert {len(guest.lists) for guest in guests[SMALL_ROOM:-1]} == {2}


def test_a_thousand_who_come_at_once_hear_two_lists_each() -> None:
    guests = virtual_time.run(crowd(1000, wait=0.1))

    # One on coming, one that all share; the first ten saw a small room grow.
    assert sum(len(guest.lists) for guest in guests) < 2 * len(guests) + SMALL_ROOM**2


def test_a_newcomer_hears_a_list_at_once_and_none_twice() -> None:
    guests = virtual_time.run(crowd(50, wait=0))
    assert [len(guest.lists[0]) for guest in guests] == list(range(1, 51))

    assert len(virtual_time.run(crowd(50, wait=0.1))[-1].lists) == 1


@pytest.mark.parametrize("size", [2, 50])
def test_the_list_is_true_before_anything_else_is_said(size: int) -> None:
    async def story() -> list[list[str]]:
        manager = ConnectionManager()
        users = UserList(manager, 3600, usernames_of(manager))
        first = await join(manager, users, "ana")
        for number in range(size):
            await join(manager, users, f"guest-{number}")
        users.catch_up("lobby")
        await asyncio.sleep(0)
        lists: list[list[str]] = first.lists
        return lists

    assert len(virtual_time.run(story())[-1]) == size + 1


def test_those_who_stay_hear_who_is_left() -> None:
    async def story() -> list[list[str]]:
        manager = ConnectionManager()
        users = UserList(manager, 0.01, usernames_of(manager))
        ana, ben = await join(manager, users, "ana"), await join(manager, users, "ben")
        manager.disconnect(ben)
        users.left("lobby")
        await asyncio.sleep(0)
        lists: list[list[str]] = ana.lists
        return lists

    assert virtual_time.run(story()) == [["ana"], ["ana", "ben"], ["ana"]]
