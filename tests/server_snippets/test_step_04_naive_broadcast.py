"""Step 4, the usual way: it works on a good day, and fails in the ways that the lesson shows."""

from collections.abc import Iterator

import pytest

from server_snippets import step_04_naive_broadcast as step
from websocket_lab import BackgroundServer, LiveClient


@pytest.fixture
def room() -> Iterator[list[LiveClient]]:
    """Connect Eve first, then Ben and Ana."""
    with BackgroundServer(step.app) as server:
        yield [LiveClient(server.url("/ws"), name).connect() for name in ("Eve", "Ben", "Ana")]
    step.manager.active_connections.clear()


def stall(eve: LiveClient, ben: LiveClient, ana: LiveClient) -> int:
    """Let Eve stop reading, and Ana speak until Ben hears nothing; return how many texts he heard."""
    eve.pause_reading()
    for number in range(100):
        ana.send(text := f"{number} " + "." * 100_000)
        # With the first pong, the server has read the text; with the second one, Ben has what he gets of it.
        ana.ping()
        ben.ping()
        if text not in ben.messages:
            return number
    return 100


def test_on_a_good_day_everyone_hears(room: list[LiveClient]) -> None:
    room[2].send("hi")

    assert [client.receive() for client in room] == ["hi", "hi", "hi"]


def test_a_stalled_client_silences_the_room(room: list[LiveClient]) -> None:
    assert stall(*room) < 100


def test_a_client_that_vanishes_takes_the_speaker_along(room: list[LiveClient]) -> None:
    eve, ben, ana = room
    stall(eve, ben, ana)
    eve.vanish()

    assert ana.wait_closed() == 1006
    assert ben.state == "open"
