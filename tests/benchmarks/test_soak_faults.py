"""The soak with faults finds what members lack, what came twice, and what a log says too often."""

from pathlib import Path
from typing import Any

from benchmarks.soak_faults import Cluster, Member, faults_of


LOG = [
    ("1-0", "joined a"),
    ("2-0", "joined b"),
    ("3-0", "message a says 1"),
    ("4-0", "left b"),
    ("5-0", "joined b"),
]


def faults(first: list[tuple[str, str]], second: list[tuple[str, str]], **second_has: Any) -> list[str]:
    """Return what is wrong with what two members of one room have heard."""
    members = [Member("lobby", name, cluster=None) for name in "ab"]
    members[0].accepted = ["a says 1"]
    members[0].heard, members[1].heard = first, second
    vars(members[1]).update(second_has)
    return list(faults_of(members))


def test_members_who_heard_the_same_from_their_joining_on_have_no_fault() -> None:
    assert faults(LOG, LOG[1:]) == []


def test_what_a_member_lacks_is_found() -> None:
    lacking = [*LOG[1:2], *LOG[3:]]

    assert faults(LOG, lacking) == ["b lacks 1 events [('3-0', 'message a says 1')], and has 0 more []"]


def test_a_message_that_came_twice_is_found() -> None:
    twice = [*LOG, ("6-0", "message a says 1")]

    assert faults(twice, twice[1:]) == ["'message a says 1' came 2 times"]


def test_an_accepted_message_that_nobody_has_heard_is_found() -> None:
    assert faults(LOG, LOG[1:], accepted=["b says 1"]) == ["'b says 1' was accepted, and is lost"]


def test_a_gap_is_found() -> None:
    assert faults(LOG, LOG[1:], gaps=1) == ["b came back to 1 gaps"]


def test_a_fault_that_the_log_names_twice_or_not_at_all_is_found(tmp_path: Path) -> None:
    cluster = Cluster.__new__(Cluster)
    cluster.logs, cluster.disturbed = [tmp_path / "0.log", tmp_path / "1.log"], [1, 1]
    lost, back = "The broker is lost (why); trying again until it is back.\n", "The broker x is back.\n"
    cluster.logs[0].write_text(lost + back)
    cluster.logs[1].write_text(lost + back + lost + "a traceback\n")

    assert list(cluster.complaints()) == [
        "server 1: 2 lines with ' is lost (', 1 expected",
        "server 1: 3 lines with ' is back.', 2 expected",
        "server 1: a traceback",
    ]
