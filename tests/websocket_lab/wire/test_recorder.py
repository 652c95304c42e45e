"""A recorder that is fed both sides' bytes tells who sent what."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.websocket_lab.wire.encoded import cut
from websocket_lab.display.sequence_arrow import Kind
from websocket_lab.wire.client_names import user_agent
from websocket_lab.wire.connection import WireConnection
from websocket_lab.wire.recorder import MOST_EVENTS, WireRecorder


HELLO = bytes.fromhex("81 85 00 00 00 00 48 65 6c 6c 6f")
HI = bytes.fromhex("81 02 48 69")
CLOSE = bytes.fromhex("88 02 03 e8")
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
REFUSED = b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 17\r\n\r\n{"detail": "No."}'


def request(agent: str = user_agent("Ana")) -> bytes:
    return f"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nUser-Agent: {agent}\r\n\r\n".encode()


def connected(recorder: WireRecorder, agent: str = user_agent("Ana")) -> WireConnection:
    connection = recorder.open()
    recorder.feed(connection, True, request(agent))
    recorder.feed(connection, False, SWITCHING)
    return connection


def test_a_conversation_is_told_in_order() -> None:
    recorder = WireRecorder()
    connection = connected(recorder)
    recorder.feed(connection, True, HELLO)
    recorder.feed(connection, False, HI + CLOSE)

    assert recorder.transcript.splitlines() == [
        "Ana → server   http     GET /ws",
        "server → Ana   http     101 Switching Protocols",
        'Ana → server   text     "Hello"',
        'server → Ana   text     "Hi"',
        "server → Ana   close    close 1000 OK",
    ]
    assert connection.is_websocket and [frame.message for frame in connection.frames] == ["Hello", "Hi", None]


@settings(deadline=None)
@given(st.lists(st.integers(0, 500), max_size=8), st.lists(st.integers(0, 500), max_size=8))
def test_where_the_bytes_are_cut_changes_nothing(up: list[int], down: list[int]) -> None:
    recorder = WireRecorder()
    connection = recorder.open()
    for piece in cut(request() + HELLO, up):
        recorder.feed(connection, True, piece)
    for piece in cut(SWITCHING + HI, down):
        recorder.feed(connection, False, piece)
    assert [arrow.label for arrow in recorder.arrows()] == [
        "GET /ws",
        "101 Switching Protocols",
        '"Hello"',
        '"Hi"',
    ]


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60))), st.booleans())
def test_random_bytes_never_raise(said: list[tuple[bool, bytes]], after_handshake: bool) -> None:
    recorder = WireRecorder()
    connection = connected(recorder) if after_handshake else recorder.open()
    for from_client, data in said:
        recorder.feed(connection, from_client, data)
    recorder.end(connection, "client", "FIN")
    assert recorder.diagram().svg and recorder.transcript


def test_a_refusal_is_told_with_its_body() -> None:
    recorder = WireRecorder()
    connection = recorder.open()
    recorder.feed(connection, True, request())
    recorder.feed(connection, False, REFUSED)

    assert recorder.arrows()[-1].label == "401 Unauthorized"
    assert connection.response is not None
    assert (connection.response.status, bytes(connection.response.body)) == (401, b'{"detail": "No."}')
    assert not connection.is_websocket


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nHi\r\n3;x=y\r\nyou\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ],
)
def test_several_requests_on_one_connection_are_told(answer: bytes) -> None:
    recorder = WireRecorder()
    connection = recorder.open()
    for _ in range(3):
        recorder.feed(connection, True, b"GET /clock HTTP/1.1\r\nHost: a\r\n\r\n")
        for place in range(len(answer)):
            recorder.feed(connection, False, answer[place : place + 1])

    assert len(recorder.arrows()) == 6
    assert {arrow.client for arrow in recorder.arrows()} == {"HTTP"}
    assert {arrow.kind for arrow in recorder.arrows()} == {Kind.HTTP}


def test_what_is_no_http_is_told_once() -> None:
    recorder = WireRecorder()
    connection = recorder.open()
    recorder.feed(connection, True, b"\x16\x03\x01\x02\x00")
    recorder.feed(connection, True, b"more of it")
    words = "no HTTP request: 5 bytes: 16 03 01 02 00 (TLS: was it meant for wss://?)"
    assert recorder.transcript == f"Client 1 → server   bad      {words}"


def test_each_client_has_a_lane_of_its_own() -> None:
    recorder = WireRecorder()
    agents = [
        user_agent("Ana"),
        user_agent("Zoë & Co\r\n"),
        "Mozilla/5.0",
        "Python/3.11",
        "curl",
        user_agent("Ana"),
    ]
    names = [connected(recorder, agent).name for agent in agents]
    assert names == ["Ana", "Zoë & Co\r\n", "Browser 1", "Client 1", "Client 2", "Ana 2"]
    assert recorder.diagram().clients == tuple(names)


def test_who_comes_back_gets_the_same_lane() -> None:
    recorder = WireRecorder()
    recorder.end(connected(recorder), "client", "RST")
    assert connected(recorder).name == "Ana"


def test_one_clients_lane_can_be_looked_at_alone() -> None:
    recorder = WireRecorder()
    connected(recorder)
    recorder.feed(connected(recorder, user_agent("Ben")), False, HI)
    assert [frame.client for frame in recorder.frames()] == ["Ben"]
    assert recorder.frames("Ana") == [] and len(recorder.arrows("Ben")) == 3
    assert recorder.diagram(name="Ben").clients == ("Ben",)


@pytest.mark.parametrize(("how", "words"), [("FIN", "TCP ended (FIN)"), ("RST", "TCP was reset (RST)")])
def test_an_end_without_a_close_frame_is_bad(how: str, words: str) -> None:
    recorder = WireRecorder()
    connection = connected(recorder)
    recorder.end(connection, "server", how)  # type: ignore[arg-type]
    assert recorder.arrows()[-1].label == f"{words} without a close frame (1006)"
    assert not recorder.arrows()[-1].to_server


def test_an_end_after_the_close_frame_is_in_order() -> None:
    recorder = WireRecorder()
    connection = connected(recorder)
    recorder.feed(connection, False, CLOSE)
    recorder.end(connection, "server", "FIN")
    recorder.end(connection, "client", "FIN")
    assert recorder.arrows()[-1].kind is Kind.CLOSE
    assert connection.ending == "ended in order (FIN) by the server"
    assert repr(connection) == "<Ana, GET /ws → 101 Switching Protocols, ended in order (FIN) by the server>"


def test_an_end_before_the_answer_is_bad() -> None:
    recorder = WireRecorder()
    connection = recorder.open()
    recorder.feed(connection, True, request())
    recorder.end(connection, "server", "FIN")
    assert recorder.arrows()[-1].label == "TCP ended (FIN) before the handshake was answered"


def test_memory_is_bounded_and_the_rest_is_counted() -> None:
    recorder = WireRecorder()
    connection = connected(recorder)
    recorder.feed(connection, False, HI * (MOST_EVENTS + 5))
    assert (len(recorder.events), recorder.dropped) == (MOST_EVENTS, 7)
    assert recorder.diagram(last=10).hidden == MOST_EVENTS - 10 + 7


def test_clearing_forgets_what_crossed_and_keeps_open_connections() -> None:
    recorder = WireRecorder()
    recorder.end(connected(recorder, user_agent("Ben")), "client", "FIN")
    ana = connected(recorder)
    recorder.clear()
    assert (recorder.events, recorder.connections) == ([], [ana])

    recorder.feed(ana, False, HI)
    assert recorder.transcript == 'server → Ana   text     "Hi"'


def test_a_frame_can_be_waited_for() -> None:
    recorder = WireRecorder()
    connection = connected(recorder)
    recorder.feed(connection, True, HELLO)
    later = threading.Timer(0.05, recorder.feed, (connection, False, HI))
    later.start()
    assert recorder.wait_for(lambda frame: frame.message == "Hi").client == "Ana"
    assert recorder.wait_for(lambda frame: frame.message == "Hello").from_client
    later.join()


def test_waiting_in_vain_tells_what_came_last() -> None:
    recorder = WireRecorder()
    recorder.feed(connected(recorder), False, HI)
    with pytest.raises(TimeoutError, match=r'within 0 s. The last event was: server → Ana   text     "Hi"'):
        recorder.wait_for(lambda frame: False, deadline=0)


def test_each_change_is_told() -> None:
    recorder = WireRecorder()
    calls: list[int] = []
    recorder.on_change(lambda: calls.append(1))
    connection = connected(recorder)
    recorder.end(connection, "client", "FIN")
    assert len(calls) == 3


def test_a_watcher_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    recorder = WireRecorder()
    recorder.on_change(lambda: 1 / 0)
    recorder.feed(connected(recorder), False, HI)
    assert recorder.frames()[0].message == "Hi"
    assert "A callback of on_change() failed." in caplog.text
