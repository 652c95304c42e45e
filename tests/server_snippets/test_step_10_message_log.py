"""Step 10: messages have numbers, the last ones are kept, and a gap is told."""

import pytest

from server_snippets.step_10_heartbeat import Event, MessageLog


@pytest.fixture
def log() -> MessageLog:
    log = MessageLog(kept=2)
    for text in ("Rain", "Sun", "Snow"):
        log.add(text)
    return log


def everything_after(log: MessageLog, number: int) -> list[Event]:
    found = []
    while event := log.next(number):
        found.append(event)
        number = event["id"]
    return found


def test_messages_are_numbered_from_1() -> None:
    log = MessageLog()

    assert log.add("Rain") == {"type": "message", "id": 1, "text": "Rain"}
    assert (log.add("Sun")["id"], log.last_id) == (2, 2)


def test_what_came_after_a_number_comes_in_order(log: MessageLog) -> None:
    assert [event["text"] for event in everything_after(log, 1)] == ["Sun", "Snow"]


@pytest.mark.parametrize("number", [3, 4, 1000])
def test_nothing_comes_after_the_last(log: MessageLog, number: int) -> None:
    assert log.next(number) is None


def test_nothing_comes_of_an_empty_log() -> None:
    assert MessageLog().next(0) is None


@pytest.mark.parametrize("number", [0, -5])
def test_a_gap_counts_what_is_forgotten(log: MessageLog, number: int) -> None:
    gap, *rest = everything_after(log, number)

    assert gap == {"type": "gap", "id": 1, "forgotten": 1}
    assert [event["id"] for event in rest] == [2, 3]
