"""The latest events of each room: their ids, their time, and how many are kept."""

import json
from dataclasses import replace

import pytest

from server_snippets.server.brokers import history as event_log
from server_snippets.server.brokers.history import EVENTS, EventIds, RoomLog, stamp


def log_of(room: str, count: int, size: int = 1) -> RoomLog:
    """Return a log with so many events in one room, whose ids are 1000-0, 1000-1 …"""
    log = RoomLog(EVENTS)
    for number in range(count):
        log.add(room, f"1000-{number}", stamp({"text": "x" * size}, f"1000-{number}"))
    return log


def ids(events: list[str] | None) -> list[str] | None:
    """Return the ids of events, if there are any."""
    return None if events is None else [json.loads(event)["id"] for event in events]


def test_an_event_s_time_is_the_one_in_its_id() -> None:
    event = {"type": "message", "text": "{ä}"}
    stamped = json.loads(stamp(event, "1764554523123-7"))

    assert stamped == event | {"id": "1764554523123-7", "time": "2025-12-01T02:02:03.123Z"}
    assert json.loads(stamp(json.dumps(event), "0-0")) == event | {
        "id": "0-0",
        "time": "1970-01-01T00:00:00.000Z",
    }


def test_ids_grow_even_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([5, 5, 3, 6])
    monkeypatch.setattr(event_log.time, "time_ns", lambda: next(times) * 1_000_000)
    new = EventIds()

    assert [new.next() for _ in range(4)] == ["5-0", "5-1", "5-2", "6-0"]


def test_a_room_has_what_came_after_an_event_and_knows_no_other_room_s_events() -> None:
    log = log_of("lobby", 4)

    assert ids(log.after("lobby", "1000-1")) == ["1000-2", "1000-3"]
    assert ids(log.after("lobby", "1000-3")) == []
    assert ids(log.after("lobby", "999-0")) is ids(log.after("attic", "1000-1")) is None
    log.clear()
    assert log.after("lobby", "1000-1") is None


@pytest.mark.parametrize(
    ("size", "kept"), [(1, EVENTS.entries), (60_000, EVENTS.room_bytes // (60_070 + EVENTS.entry_bytes))]
)
def test_a_room_keeps_its_latest_events(size: int, kept: int) -> None:
    log = log_of("lobby", kept + 10, size)

    assert log.after("lobby", "1000-9") is None
    assert len(log.after("lobby", "1000-10") or ()) == kept - 1


def test_of_too_many_rooms_the_one_that_has_been_silent_for_longest_is_forgotten() -> None:
    log = RoomLog(replace(EVENTS, total_bytes=1_200))
    for number, room in enumerate(["attic", "lobby", "attic", "cellar"]):
        log.add(room, f"1-{number}", stamp({"text": "x"}, f"1-{number}"))

    assert ids(log.after("attic", "1-0")) == ["1-2"]
    assert log.after("lobby", "1-1") is None
