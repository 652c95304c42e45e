"""The soak finds nothing in a server that works, and finds what is wrong in the notes of its guests."""

from pathlib import Path

from benchmarks.soak import complaints, soak
from benchmarks.soak_clients import THE_END, SoakRoom
from tests.private_redis import private_redis


LOG = ["joined a", "joined b", "joined c", "message c says 1", "left c", f"message {THE_END}"]


def room_of(**heard: list[str]) -> SoakRoom:
    """Return a room in which a and b are steady, and c has said one thing."""
    room = SoakRoom("lobby")
    for name, words in heard.items():
        guest = room.guest(name) if name == "c" else room.steady_guest(name)
        guest.heard = words
        guest.accepted = ["c says 1"] if name == "c" else []
    return room


def faults(**heard: list[str]) -> list[str]:
    """Return what is wrong with the notes of guests."""
    return list(room_of(**({"a": LOG, "b": LOG[1:], "c": LOG[2:4]} | heard)).faults())


def test_ten_seconds_with_thirty_clients_end_well() -> None:
    with private_redis() as redis:
        verdict = soak(redis, seconds=10, clients=30)

    assert verdict.faults == []
    assert verdict.complaints == []
    assert verdict.counts["messages accepted"] > 0
    assert "lost, doubled, out of order" in str(verdict)


def test_notes_that_agree_have_no_fault() -> None:
    assert faults() == []


def test_a_lost_text_is_found() -> None:
    without = [words for words in LOG if "says" not in words]

    assert "'c says 1' was accepted, and is lost" in faults(a=without, b=without[1:])


def test_a_doubled_text_is_found() -> None:
    assert faults(a=[*LOG[:4], *LOG[3:]])[0] == "'message c says 1' came 2 times"


def test_another_order_is_found() -> None:
    other = [LOG[1], LOG[3], LOG[2], *LOG[4:]]

    assert faults(b=other) == ["b has heard something else than a"]


def test_who_was_cut_off_is_found() -> None:
    assert faults(b=LOG[1:4]) == ["b was cut off"]


def test_a_guest_that_stays_for_ever_is_found() -> None:
    assert "c has never left lobby" in faults(a=[words for words in LOG if words != "left c"])


def test_every_line_of_a_servers_log_is_a_complaint_and_only_new_warnings_of_redis_are(
    tmp_path: Path,
) -> None:
    log = tmp_path / "server.log"
    log.write_text("a traceback\n")

    assert complaints([log], "1:M # old", "1:M # old\n1:M * notice\n1:M # new") == [
        "a traceback",
        "1:M # new",
    ]
