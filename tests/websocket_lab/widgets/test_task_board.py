"""What a watcher of tasks knows, message by message."""

import json

import pytest

from websocket_lab.client.client_log import LogEntry
from websocket_lab.widgets.task_bars import TaskBoard


STARTED = {"type": "started", "task_id": "1", "name": "report", "total": 5}
PROGRESS = {"type": "progress", "task_id": "1", "done": 2, "total": 5}
LISTED = {"task_id": "1", "name": "report", "done": 3, "total": 5}


def board_after(*messages: object) -> str:
    """Return as text what is known after these messages."""
    board = TaskBoard()
    board.read(LogEntry("received", json.dumps(message)) for message in messages)
    return str(board)


def test_nothing_is_known_before_a_message_tells() -> None:
    assert board_after() == ""


def test_a_task_starts_and_goes_on() -> None:
    assert board_after(STARTED) == "report: 0 of 5"
    assert board_after(STARTED, PROGRESS) == "report: 2 of 5"


@pytest.mark.parametrize("end", ["finished", "cancelled", "failed"])
def test_a_task_ends_in_one_of_three_ways(end: str) -> None:
    ended = {"type": end, "task_id": "1"}

    assert board_after(STARTED, PROGRESS, ended) == f"report: {end} after 2"
    assert board_after(STARTED, PROGRESS | {"done": 5}, ended) == f"report: {end}"


def test_who_comes_late_learns_from_the_list() -> None:
    film = {"task_id": "2", "name": "film", "done": 1, "total": 9, "status": "cancelled"}

    assert (
        board_after({"type": "tasks", "tasks": [LISTED, film]}) == "report: 3 of 5\nfilm: cancelled after 1"
    )


def test_a_task_that_ended_while_nobody_watched_is_no_longer_running() -> None:
    assert board_after(STARTED, {"type": "tasks", "tasks": []}) == "report: ended unseen"
    assert board_after(STARTED, {"type": "tasks", "tasks": [LISTED]}) == "report: 3 of 5"


def test_what_was_sent_tells_nothing() -> None:
    board = TaskBoard()
    board.read([LogEntry("sent", json.dumps(STARTED)), LogEntry("event", json.dumps(STARTED))])

    assert not board.rows


@pytest.mark.parametrize(
    "message",
    ["{", "[1]", b"{}", '{"type": "progress", "task_id": "7", "done": 1}', '{"type": "tasks", "tasks": [1]}']
    + ['{"type": "finished", "task_id": "7"}', '{"type": "started", "task_id": 1}'],
)
def test_anything_else_changes_nothing(message: str | bytes) -> None:
    board = TaskBoard()
    board.read([LogEntry("received", message)])

    assert not board.rows
