"""The history of each room, and how it stays small."""

from dataclasses import replace

from server_snippets.server.brokers.history import HISTORY, RoomLog


def test_fifty_messages_are_kept_oldest_first() -> None:
    history = RoomLog(HISTORY)
    for number in range(60):
        history.add("lobby", "1-0", str(number))

    assert history.texts("lobby") == [str(number) for number in range(10, 60)]
    assert history.texts("attic") == []


def test_a_newcomer_s_list_does_not_grow_later() -> None:
    history = RoomLog(HISTORY)
    history.add("lobby", "1-0", "hi")
    before = history.texts("lobby")
    history.add("lobby", "1-0", "hi again")

    assert before == ["hi"]


def test_long_messages_push_out_the_oldest() -> None:
    history = RoomLog(HISTORY)
    for letter in "abc":
        history.add("lobby", "1-0", letter * (HISTORY.room_bytes // 2 - HISTORY.entry_bytes))

    assert [message[0] for message in history.texts("lobby")] == ["b", "c"]


def test_of_too_many_rooms_the_one_that_has_been_silent_for_longest_is_forgotten() -> None:
    history = RoomLog(replace(HISTORY, total_bytes=3 * (HISTORY.entry_bytes + 1)))
    for room in ("attic", "lobby", "attic", "cellar"):
        history.add(room, "1-0", "x")

    assert [history.texts(room) for room in ("attic", "lobby", "cellar")] == [["x", "x"], [], ["x"]]
