"""The history of each room, and how it stays small."""

import pytest

from server_snippets.server.brokers import history as message_history
from server_snippets.server.brokers.history import MAX_BYTES, MESSAGE_BYTES, MessageHistory


def test_fifty_messages_are_kept_oldest_first() -> None:
    history = MessageHistory()
    for number in range(60):
        history.add("lobby", str(number))

    assert history.messages("lobby") == [str(number) for number in range(10, 60)]
    assert history.messages("attic") == []


def test_a_newcomer_s_list_does_not_grow_later() -> None:
    history = MessageHistory()
    history.add("lobby", "hi")
    before = history.messages("lobby")
    history.add("lobby", "hi again")

    assert before == ["hi"]


def test_long_messages_push_out_the_oldest() -> None:
    history = MessageHistory()
    for letter in "abc":
        history.add("lobby", letter * (MAX_BYTES // 2 - MESSAGE_BYTES))

    assert [message[0] for message in history.messages("lobby")] == ["b", "c"]


def test_of_too_many_rooms_the_one_that_has_been_silent_for_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(message_history, "MAX_HISTORY_BYTES", 3 * (MESSAGE_BYTES + 1))
    history = MessageHistory()
    for room in ("attic", "lobby", "attic", "cellar"):
        history.add(room, "x")

    assert [history.messages(room) for room in ("attic", "lobby", "cellar")] == [["x", "x"], [], ["x"]]
