"""The history of each room, and how it stays small."""

from server_snippets.message_history import MAX_BYTES, MAX_EMPTY_ROOMS, MessageHistory


def said(text: str) -> dict[str, str]:
    """Return the event of a message."""
    return {"type": "message", "room": "lobby", "from": "ana", "text": text}


def test_fifty_messages_are_kept_oldest_first() -> None:
    history = MessageHistory()
    for number in range(60):
        history.add("lobby", said(str(number)))

    assert [event["text"] for event in history.enter("lobby")] == [str(number) for number in range(10, 60)]
    assert history.enter("attic") == []


def test_a_newcomer_s_list_does_not_grow_later() -> None:
    history = MessageHistory()
    before = history.enter("lobby")
    history.add("lobby", said("hi"))

    assert before == []


def test_long_messages_push_out_the_oldest() -> None:
    history = MessageHistory()
    for letter in "abc":
        history.add("lobby", said(letter * (MAX_BYTES // 2)))

    assert [event["text"][0] for event in history.enter("lobby")] == ["b", "c"]


def test_of_too_many_empty_rooms_the_one_left_longest_ago_is_forgotten() -> None:
    history = MessageHistory()
    for number in range(MAX_EMPTY_ROOMS + 1):
        history.add(f"room {number}", said("hi"))
        history.empty(f"room {number}")

    assert history.enter("room 0") == []
    assert history.enter("room 1")


def test_a_room_that_is_entered_is_not_forgotten() -> None:
    history = MessageHistory()
    history.add("lobby", said("hi"))
    history.empty("lobby")
    history.enter("lobby")
    for number in range(MAX_EMPTY_ROOMS + 1):
        history.add(f"room {number}", said("hi"))
        history.empty(f"room {number}")

    assert history.enter("lobby")


def test_a_room_in_which_nothing_was_said_leaves_nothing() -> None:
    history = MessageHistory()
    for number in range(1000):
        history.enter(f"room {number}")
        history.empty(f"room {number}")

    assert not history._empty
    assert not history._rooms
