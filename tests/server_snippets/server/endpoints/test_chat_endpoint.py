"""/ws/chat/{room}/{username}: who hears what, in which order, and who hears nothing."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from server_snippets.main import Settings, make_app
from tests.redis_server import OVER_BOTH_BROKERS
from tests.server_snippets.stamps import unstamped
from websocket_lab import BackgroundServer, LiveClient


pytestmark = OVER_BOTH_BROKERS


Connect = Callable[..., LiveClient]
Enter = Callable[..., LiveClient]
Event = dict[str, Any]


@pytest.fixture
def enter(connect: Connect, room: str) -> Enter:
    """Let somebody into the room and past the three events that a newcomer hears: enter("ana")."""

    def enter(username: str, where: str = room) -> LiveClient:
        client = connect(f"/ws/chat/{where}/{username}", username.title())
        kinds = [client.receive_json()["type"] for _ in range(3)]
        assert kinds == ["history", "joined", "users"]
        return client

    return enter


@pytest.fixture
def trio(enter: Enter) -> tuple[LiveClient, LiveClient, LiveClient]:
    """Ana, Ben and Eve are in the room and have heard everything about it."""
    ana, ben, eve = enter("ana"), enter("ben"), enter("eve")
    hear(ana, 4)
    hear(ben, 2)
    return ana, ben, eve


def hear(client: LiveClient, count: int) -> list[Event]:
    """Return the next events."""
    return [client.receive_json() for _ in range(count)]


def say(client: LiveClient, text: str) -> None:
    """Say something to the room."""
    client.send_json({"action": "message", "text": text})


def fence(client: LiveClient, *others: LiveClient) -> None:
    """Fail if anyone of these hears anything before the message that `client` sends now."""
    say(client, "fence")
    for hearer in (client, *others):
        assert hearer.receive_json()["text"] == "fence"


def typing(username: str, active: bool) -> Event:
    """Return the event that says whether somebody types."""
    return {"type": "typing", "username": username, "active": active}


def test_a_newcomer_hears_history_joined_users(connect: Connect, room: str) -> None:
    ana = connect(f"/ws/chat/{room}/ana")

    assert [unstamped(event) for event in hear(ana, 3)] == [
        {"type": "history", "room": room, "messages": []},
        {"type": "joined", "room": room, "username": "ana"},
        {"type": "users", "room": room, "users": ["ana"]},
    ]
    fence(ana)


def test_those_in_the_room_hear_joined_and_users(enter: Enter, room: str) -> None:
    ben, ana = enter("ben"), enter("ana")

    assert [unstamped(event) for event in hear(ben, 2)] == [
        {"type": "joined", "room": room, "username": "ana"},
        {"type": "users", "room": room, "users": ["ana", "ben"]},
    ]
    fence(ana, ben)


def test_everyone_hears_a_message_once_the_speaker_too(trio: Any, room: str) -> None:
    ana, ben, eve = trio
    say(ana, "hi")

    for client in trio:
        said = unstamped(client.receive_json())
        assert said == {"type": "message", "room": room, "from": "ana", "text": "hi"}
    fence(eve, ana, ben)


def test_rooms_are_apart(enter: Enter, room: str) -> None:
    ana, eve = enter("ana"), enter("eve", f"{room}-2")
    say(ana, "hi")
    hear(ana, 1)

    fence(eve)


@pytest.mark.parametrize("leave", [LiveClient.disconnect, LiveClient.vanish])
def test_those_who_stay_hear_left_and_users(
    trio: Any, room: str, leave: Callable[[LiveClient], None]
) -> None:
    ana, ben, eve = trio
    leave(ben)

    for client in (ana, eve):
        assert [unstamped(event) for event in hear(client, 2)] == [
            {"type": "left", "room": room, "username": "ben"},
            {"type": "users", "room": room, "users": ["ana", "eve"]},
        ]
    fence(ana, eve)


def test_a_name_can_be_held_once(connect: Connect, enter: Enter, room: str) -> None:
    ana = enter("ana")
    second = connect(f"/ws/chat/{room}/ana", "a second Ana")

    assert second.wait_closed() == 4009
    assert second.close_reason == "Username taken"
    assert second.messages == []
    fence(ana)


def test_the_second_login_does_not_take_the_first_one_away(connect: Connect, enter: Enter, room: str) -> None:
    ana, ben = enter("ana"), enter("ben")
    hear(ana, 2)
    connect(f"/ws/chat/{room}/ana").wait_closed()
    say(ben, "/pm ana still there?")

    assert ana.receive_json()["text"] == "still there?"
    assert connect(f"/ws/chat/{room}/ana").wait_closed() == 4009


@pytest.mark.parametrize("leave", [LiveClient.disconnect, LiveClient.vanish])
def test_a_name_is_free_again_after_its_holder_left(
    enter: Enter, leave: Callable[[LiveClient], None]
) -> None:
    ana, ben = enter("ana"), enter("ben")
    hear(ana, 2)
    leave(ben)
    hear(ana, 2)

    enter("ben")


def test_users_are_sorted(enter: Enter) -> None:
    for username in ("zoe", "ben", "Ana"):
        last = enter(username)

    assert json.loads(last.messages[-1])["users"] == ["Ana", "ben", "zoe"]


# Private messages


def test_a_private_message_reaches_both_and_nobody_else(trio: Any) -> None:
    ana, ben, eve = trio
    say(ana, "/pm ben hello  there")

    for client in (ana, ben):
        assert client.receive_json() == {
            "type": "private",
            "from": "ana",
            "to": "ben",
            "text": "hello  there",
        }
    fence(eve, ana, ben)


def test_a_note_to_oneself_comes_once(trio: Any) -> None:
    ana, ben, eve = trio
    say(ana, "/pm ana buy milk")

    assert ana.receive_json()["text"] == "buy milk"
    fence(ana, ben, eve)


def test_a_private_message_finds_its_way_to_another_room(enter: Enter, room: str) -> None:
    ana, ben = enter("ana"), enter("ben", f"{room}-2")
    say(ana, "/pm ben hi")

    assert ben.receive_json()["text"] == "hi"


def test_a_private_message_to_an_unknown_name_is_answered_to_its_sender_only(trio: Any) -> None:
    ana, ben, eve = trio
    say(ana, "/pm zoe hi")

    error = ana.receive_json()
    assert (error["type"], error["code"]) == ("error", "unknown_user")
    fence(eve, ana, ben)


def test_somebody_who_left_is_unknown(trio: Any) -> None:
    ana, ben, _ = trio
    ben.vanish()
    hear(ana, 2)
    say(ana, "/pm ben hi")

    assert ana.receive_json()["code"] == "unknown_user"


# Typing


def test_typing_is_told_once_to_the_others_and_ends_with_the_message(trio: Any) -> None:
    ana, ben, eve = trio
    for _ in range(3):
        ana.send_json({"action": "typing"})
    say(ana, "hi")

    for client in (ben, eve):
        assert hear(client, 2) == [typing("ana", True), typing("ana", False)]
        assert client.receive_json()["text"] == "hi"
    assert ana.receive_json()["text"] == "hi"
    fence(eve, ana, ben)


@pytest.mark.parametrize("leave", [LiveClient.disconnect, LiveClient.vanish])
def test_typing_ends_when_the_typist_leaves(trio: Any, leave: Callable[[LiveClient], None]) -> None:
    ana, ben, eve = trio
    ana.send_json({"action": "typing"})
    assert ben.receive_json() == eve.receive_json() == typing("ana", True)
    leave(ana)

    for client in (ben, eve):
        events = hear(client, 3)
        assert events[0] == typing("ana", False)
        assert [event["type"] for event in events[1:]] == ["left", "users"]
    fence(ben, eve)


def test_a_private_message_ends_typing_too(trio: Any) -> None:
    ana, ben, eve = trio
    ana.send_json({"action": "typing"})
    say(ana, "/pm ben hi")

    assert hear(eve, 2) == [typing("ana", True), typing("ana", False)]
    assert hear(ben, 3)[2]["type"] == "private"
    assert ana.receive_json()["type"] == "private"


def test_typing_stays_in_its_room(enter: Enter, room: str) -> None:
    ana, ben, eve = enter("ana"), enter("ben"), enter("eve", f"{room}-2")
    hear(ana, 2)
    ana.send_json({"action": "typing"})
    say(ana, "hi")
    assert hear(ben, 2) == [typing("ana", True), typing("ana", False)]

    fence(eve)


def test_three_seconds_of_silence_end_typing_and_the_typist_hears_nothing_of_it(redis_url: str) -> None:
    with (
        BackgroundServer(make_app(Settings(redis_url=redis_url))) as server,
        LiveClient(server.url("/ws/chat/lobby/ana")) as ana,
        LiveClient(server.url("/ws/chat/lobby/ben"), "Ben") as ben,
    ):
        ben.wait_for(lambda text: '"users"' in text)
        # From before she types: what comes late makes it longer, and never shorter.
        start = time.monotonic()
        ana.send_json({"action": "typing"})
        assert hear(ben, 2) == [typing("ana", True), typing("ana", False)]
        seconds = time.monotonic() - start
        say(ana, "hi")
        ana.wait_for(lambda text: '"hi"' in text)

    assert seconds > 2.9
    assert not any("typing" in str(text) for text in ana.messages)


# History


def test_the_history_is_what_the_room_heard(connect: Connect, enter: Enter, room: str) -> None:
    ana = enter("ana")
    say(ana, "one")
    say(ana, "two")
    heard = hear(ana, 2)
    ben = connect(f"/ws/chat/{room}/ben", "Ben")

    assert ben.receive_json() == {"type": "history", "room": room, "messages": heard}


def test_the_history_holds_the_last_fifty_messages(connect: Connect, enter: Enter, room: str) -> None:
    ana = enter("ana")
    for number in range(60):
        say(ana, str(number))
    hear(ana, 60)
    history = connect(f"/ws/chat/{room}/ben", "Ben").receive_json()

    assert [event["text"] for event in history["messages"]] == [str(number) for number in range(10, 60)]


def test_nothing_but_messages_is_in_the_history(connect: Connect, trio: Any, room: str) -> None:
    ana, ben, eve = trio
    ana.send_json({"action": "typing"})
    say(ana, "/pm ben secret")
    say(ana, "/pm")
    say(ana, "hi")
    ana.wait_for(lambda text: '"hi"' in text)
    ben.disconnect()
    eve.wait_for(lambda text: '"left"' in text)
    history = connect(f"/ws/chat/{room}/zoe", "Zoe").receive_json()

    assert [event["text"] for event in history["messages"]] == ["hi"]


def test_the_history_outlives_an_empty_room(connect: Connect, enter: Enter, room: str) -> None:
    ana = enter("ana")
    say(ana, "hi")
    hear(ana, 1)
    ana.disconnect()
    ben = connect(f"/ws/chat/{room}/ben", "Ben")

    assert [event["text"] for event in ben.receive_json()["messages"]] == ["hi"]


def test_each_room_has_its_own_history(connect: Connect, enter: Enter, room: str) -> None:
    ana = enter("ana")
    say(ana, "hi")
    hear(ana, 1)

    assert connect(f"/ws/chat/{room}-2/ben", "Ben").receive_json()["messages"] == []
