"""A list of users that is not the true one, and the words for what usually leads there."""

import pytest

from websocket_lab.exercises.online_users.harness import TOO_MANY, fault


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (None, "a list of names"),
        ("ana", "a list of names"),
        ([{"name": "ana"}], "a list of names"),
        (["ana", "ana", "ben"], "on it twice"),
        (["ana", "ben", "eve"], TOO_MANY),
        (["eve"], TOO_MANY),
        (["ben"], "Somebody is missing"),
        ([], "Somebody is missing"),
        (["ben", "ana"], "in the wrong order"),
    ],
)
def test_each_wrong_list_has_its_words(came: object, words: str) -> None:
    true = {"room": "lobby", "users": ["ana", "ben"]}

    assert words in fault({"room": "lobby", "users": came}, true, TOO_MANY)


def test_the_room_is_named() -> None:
    users = ["ana", "ben"]

    assert "which room" in fault({"users": users}, {"room": "lobby", "users": users}, TOO_MANY)
