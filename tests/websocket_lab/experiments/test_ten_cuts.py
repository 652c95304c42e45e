"""Lost, doubled and misplaced messages are counted."""

import pytest

from websocket_lab.experiments.reconnecting import Outcome


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ([1, 2, 3], "3 written: 0 lost, 0 doubled, in order"),
        ([1, 3], "3 written: 1 lost, 0 doubled, in order"),
        ([1, 1, 2, 3], "3 written: 0 lost, 1 doubled, in order"),
        ([2, 1, 3], "3 written: 0 lost, 0 doubled, out of order"),
    ],
)
def test_the_outcome_is_told_in_words(read: list[int], words: str) -> None:
    assert repr(Outcome([1, 2, 3], read)) == words
