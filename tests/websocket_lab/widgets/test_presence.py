"""Who is online and who is typing."""

import json

import pytest

from websocket_lab.widgets.panel_renderer import Presence


def presence_after(*messages: object) -> Presence:
    presence = Presence()
    for message in messages:
        presence.read(json.dumps(message))
    return presence


def test_nothing_is_said_before_a_message_tells() -> None:
    presence = presence_after({"type": "message", "from": "ana", "text": "hi"})

    assert (presence.online_words, presence.typing_words) == ("", "")


def test_the_list_of_users_is_shown_sorted() -> None:
    assert presence_after({"type": "users", "users": ["ben", "ana"]}).online_words == "Online: ana, ben"


def test_joining_and_leaving_change_the_list() -> None:
    presence = presence_after(
        {"type": "users", "users": ["ana"]},
        {"type": "joined", "username": "ben"},
        {"type": "left", "username": "ana"},
    )

    assert presence.online_words == "Online: ben"


def test_a_newcomer_without_a_list_does_not_claim_to_know_everyone() -> None:
    joined = [{"type": "joined", "username": name} for name in ("eve", "ben")]

    assert presence_after(*joined).online_words == "Joined so far: ben, eve"


def test_typing_begins_and_ends() -> None:
    begins = {"type": "typing", "username": "ana", "active": True}

    assert presence_after(begins).typing_words == "ana is typing …"
    assert presence_after(begins, begins | {"active": False}).typing_words == ""


def test_two_who_type_are_both_named() -> None:
    typing = [{"type": "typing", "username": name, "active": True} for name in ("ben", "ana")]

    assert presence_after(*typing).typing_words == "ana and ben are typing …"


def test_who_leaves_no_longer_types() -> None:
    presence = presence_after(
        {"type": "typing", "username": "ana", "active": True}, {"type": "left", "username": "ana"}
    )

    assert presence.typing_words == ""


@pytest.mark.parametrize("message", ["", "{", "[1]", b"{}", "{" * 100_000, '{"type": "users", "users": 3}'])
def test_anything_else_changes_nothing(message: str | bytes) -> None:
    presence = Presence()
    presence.read(message)

    assert presence.online is None
