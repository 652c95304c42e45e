"""Step 10: silent readers are let go, and whoever comes back gets what it missed."""

import json
from collections.abc import Iterator

import pytest

from server_snippets import step_10_heartbeat
from server_snippets.step_10_heartbeat import MessageLog, app, last_seen, manager
from tests.jupyterlab import wait_for
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient, WireTap


PONG = {"action": "pong"}


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch) -> MessageLog:
    """Begin with an empty log, and beat fast."""
    monkeypatch.setattr(step_10_heartbeat, "INTERVAL", 0.05)
    monkeypatch.setattr(step_10_heartbeat, "log", MessageLog(kept=5))
    return step_10_heartbeat.log


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server
    assert not server.errors
    assert not (last_seen or manager.active_connections)


@pytest.fixture
def ben(server: BackgroundServer) -> Iterator[LiveClient]:
    with LiveClient(server.url("/ws/newsroom"), "Ben") as ben:
        yield ben


def write(ben: LiveClient, *texts: str) -> list[int]:
    """Let Ben write texts, and return their numbers."""
    numbers = []
    for text in texts:
        ben.send(text)
        numbers.append(ben.receive_json()["id"])
    return numbers


def news(reader: LiveClient, count: int) -> list[dict[str, object]]:
    """Return the next events that are not pings."""
    return [json.loads(reader.wait_for(lambda text: "ping" not in str(text))) for _ in range(count)]


class Clock:
    """Tells the time that the test sets."""

    now = 0.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the heart and its endpoint a clock that the test turns."""
    clock = Clock()
    monkeypatch.setattr(step_10_heartbeat, "time", clock)
    return clock


def patience(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(step_10_heartbeat, "PATIENCE", seconds)


def test_readers_are_pinged(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/feed")) as ana:
        assert [ana.receive_json() for _ in range(2)] == [{"type": "ping"}] * 2


def test_who_answers_nothing_reads_4008(server: BackgroundServer, monkeypatch: pytest.MonkeyPatch) -> None:
    patience(monkeypatch, 0.2)
    with LiveClient(server.url("/ws/feed"), "Eve") as eve:
        assert (eve.wait_closed(), eve.close_reason) == (4008, "Heartbeat timeout")


@pytest.mark.parametrize("answer", ['{"action": "pong"}', "anything"])
def test_whatever_a_reader_sends_is_a_sign_of_life(
    clock: Clock, server: BackgroundServer, answer: str
) -> None:
    with LiveClient(server.url("/ws/feed"), "Eve") as eve, LiveClient(server.url("/ws/feed")) as ana:
        while eve.state == "open":
            ana.wait_for(lambda text: "ping" in str(text))
            clock.now += step_10_heartbeat.PATIENCE / 2
            ana.send(answer)
            wait_for(lambda: clock.now in last_seen.values(), 60, "Ana was not heard.")
        assert (eve.close_code, ana.state) == (4008, "open")


def test_a_frozen_reader_is_let_go_and_forgotten(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WireTap(server) as tap, LiveClient(tap.url("/ws/feed")) as ana:
        ana.receive()
        tap.freeze()
        patience(monkeypatch, 0.1)
        with LiveClient(server.url("/ws/feed"), "Ben") as ben:
            while ben.state == "open":
                ben.wait_closed()
        assert not last_seen
        tap.thaw()
        assert ana.wait_closed() == 4008


def test_a_reader_without_a_number_hears_what_is_new(server: BackgroundServer, ben: LiveClient) -> None:
    write(ben, "old")
    with LiveClient(server.url("/ws/feed")) as ana:
        ana.receive()
        write(ben, "new")
        assert news(ana, 1) == [{"type": "message", "id": 2, "text": "new"}]


def test_a_reader_with_a_number_gets_what_it_missed_first(server: BackgroundServer, ben: LiveClient) -> None:
    write(ben, "one", "two", "three")
    with LiveClient(server.url("/ws/feed?after=1")) as ana:
        events = news(ana, 2)
        write(ben, "four")
        assert [event["text"] for event in [*events, *news(ana, 1)]] == ["two", "three", "four"]


def test_a_reader_learns_how_much_is_forgotten(server: BackgroundServer, ben: LiveClient) -> None:
    write(ben, *"abcdefg")
    with LiveClient(server.url("/ws/feed?after=0")) as ana:
        gap, first, *_ = news(ana, 6)
        assert (gap["forgotten"], first["text"]) == (2, "c")


def test_a_number_that_is_none_is_refused(server: BackgroundServer) -> None:
    with pytest.raises(ConnectFailed, match="403"):
        LiveClient(server.url("/ws/feed?after=seven")).connect()


def test_a_newcomer_never_misses_what_is_written_meanwhile(server: BackgroundServer, ben: LiveClient) -> None:
    for start in range(20):
        ben.send(f"message {start}")
        with LiveClient(server.url(f"/ws/feed?after={start}")) as ana:
            assert news(ana, 1)[0]["id"] == start + 1
            ben.receive()
