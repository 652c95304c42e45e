"""A history that is not the true one, and the words for what usually leads there."""

from typing import Any

import pytest

from websocket_lab.exercises.message_history.harness import LENGTH, Messages, fault


def said(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "message", "room": "lobby", "from": "ana", "text": text} for text in texts]


def words_for(messages: Any, *texts: str, room: str = "lobby") -> str:
    expected = {"room": "lobby", "messages": said(*texts)[-LENGTH:]}
    return fault({"room": room, "messages": messages}, expected, said(*texts), {})


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (None, "a list of the events"),
        (["one", "two"], "a list of the events"),
        ([{"type": "message", "body": "one"}], "a list of the events"),
        ([{"type": "left", "username": "ben"}], "neither who came and left"),
        (said("one", "two", "three"), "a history for each room"),
        ([{"text": "one"}, {"text": "two"}], "Keep the whole event"),
        (said("two", "one"), "The oldest message comes first"),
        (said("one", "two", "two"), "in it twice"),
        (said("one"), "1 came, 2 are right. The latest is missing"),
        (said("two"), "Older ones are missing"),
        ([], "The latest is missing"),
    ],
)
def test_each_wrong_history_has_its_words(messages: Any, words: str) -> None:
    assert words in words_for(messages, "one", "two")


def test_the_room_is_named() -> None:
    assert "which room" in words_for(said("one"), "one", room="attic")


def test_too_long_a_history_is_told_what_drops_the_oldest() -> None:
    texts = [str(number) for number in range(LENGTH + 1)]

    assert "drops the oldest by itself" in words_for(said(*texts), *texts)


def test_the_events_of_a_history_may_have_more_fields() -> None:
    came = [event | {"id": number} for number, event in enumerate(said("one", "two"))]

    assert Messages(said("one", "two")) == came
    assert Messages(said("one")) != came
    assert Messages(said("two", "one")) != came
