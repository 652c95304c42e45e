"""Step 11: a broadcast waits for nobody, and a policy decides what becomes of a client that reads nothing."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient

from server_snippets.server.transport import protocol as websocket_protocol
from server_snippets.server.transport.backlog import SlowClients
from server_snippets.server.transport.encoded_message import EncodedMessage
from server_snippets.step_11_fan_out import MAX_WAITING, admit, app, manager
from websocket_lab import BackgroundServer, LiveClient
from websocket_lab.experiments import fan_out as stalled_client
from websocket_lab.experiments.fan_out import what_eve_reads, when_ben_hears


Connect = Callable[..., LiveClient]


@pytest.fixture
def connect(protocol: Any) -> Iterator[Connect]:
    """Open connections to this step's server: connect("Ana")."""
    manager.policy = SlowClients.DISCONNECT
    with BackgroundServer(app, ws=protocol) as server, ExitStack() as clients:
        yield lambda name: clients.enter_context(LiveClient(server.url("/ws"), name))
        assert not server.errors


def test_everyone_hears_everything_in_one_order(connect: Connect) -> None:
    people = [connect(name) for name in ("Ana", "Ben", "Eve")]
    # As many as a send queue holds: on a busy machine all may come before one is written.
    said = [(speaker, f"{speaker.name} {number}") for number in range(MAX_WAITING // 3) for speaker in people]
    for speaker, text in said:
        speaker.send(text)

    heard = [[listener.receive() for _ in said] for listener in people]
    assert heard[0] == heard[1] == heard[2]
    assert sorted(heard[0]) == sorted(text for _, text in said)


def test_who_left_is_forgotten(connect: Connect) -> None:
    ana, ben = connect("Ana"), connect("Ben")
    ben.disconnect()
    ana.send("Where is Ben?")

    assert ana.receive() == "Where is Ben?"
    assert len(manager.active_connections) == 1


def test_nobody_stays_behind_when_the_server_has_stopped(connect: Connect) -> None:
    connect("Ana").vanish()
    ben = connect("Ben")
    ben.send("hi")

    assert ben.receive() == "hi"


@pytest.fixture
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody be too late because the machine is slow: Ben for a text, Eve for the close frame."""
    monkeypatch.setattr(stalled_client, "SILENCE", 60)
    monkeypatch.setattr(websocket_protocol, "GOODBYE_SECONDS", 60)


def test_a_stalled_client_holds_up_nobody(protocol: Any, no_hurry: None) -> None:
    manager.policy = SlowClients.DISCONNECT
    assert len(when_ben_hears(app, ws=protocol)) == 100


def test_disconnect_leaves_no_gap_and_says_1013(protocol: Any, no_hurry: None) -> None:
    numbers, code = what_eve_reads(app, manager, SlowClients.DISCONNECT, ws=protocol)

    assert numbers == list(range(len(numbers)))
    assert code == 1013


def test_drop_oldest_keeps_the_last(protocol: Any) -> None:
    numbers, code = what_eve_reads(app, manager, SlowClients.DROP_OLDEST, ws=protocol)

    assert numbers[0] == 0
    assert numbers[-30:] == list(range(170, 200))
    assert len(numbers) < 200
    assert code is None


def test_drop_newest_keeps_the_first(protocol: Any) -> None:
    numbers, code = what_eve_reads(app, manager, SlowClients.DROP_NEWEST, ws=protocol)

    assert numbers == list(range(len(numbers)))
    assert MAX_WAITING - 10 < len(numbers) < 200
    assert code is None


@pytest.mark.parametrize(
    ("policy", "kept", "may_stay"),
    [
        (SlowClients.DISCONNECT, list(range(50)), False),
        (SlowClients.DROP_OLDEST, list(range(1, 51)), True),
        (SlowClients.DROP_NEWEST, list(range(50)), True),
    ],
)
def test_a_full_queue_does_as_the_policy_says(policy: SlowClients, kept: list[int], may_stay: bool) -> None:
    queue: asyncio.Queue[EncodedMessage] = asyncio.Queue(MAX_WAITING)
    answers = [admit(EncodedMessage(str(number)), queue, policy) for number in range(51)]

    assert answers == [True] * 50 + [may_stay]
    assert [int(queue.get_nowait().text) for _ in range(queue.qsize())] == kept


def test_it_runs_where_no_server_offers_a_faster_way() -> None:
    with TestClient(app) as client, client.websocket_connect("/ws") as ana:
        ana.send_text("hi")

        assert ana.receive_text() == "hi"
