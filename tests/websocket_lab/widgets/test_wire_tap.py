"""A tap shows what crosses between real clients and a real server, and can disturb it."""

import socket
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from tests.websocket_lab.tapped_app import make_app, sent_by_flood
from websocket_lab.client.connection_state import ConnectFailed, State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.display.sequence_diagram import Kind
from websocket_lab.server.background_server import BackgroundServer
from websocket_lab.widgets.wire_tap import WireTap
from websocket_lab.wire.frame import Frame


@pytest.fixture
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_app(), ws_per_message_deflate=True) as server:
        yield server


@pytest.fixture
def tap(server: BackgroundServer) -> Iterator[WireTap]:
    with WireTap(server) as tap:
        yield tap


def wait_until(condition: Callable[[], object], deadline: float = 60.0) -> None:
    end = monotonic() + deadline
    while not condition():
        assert monotonic() < end, "It did not happen in time."
        sleep(0.005)


def has_text(text: str) -> Callable[[Frame], bool]:
    return lambda frame: frame.message == text


def labels(tap: WireTap, name: str | None = None) -> list[str]:
    return [arrow.label for arrow in tap.arrows(name)]


def raw(tap: WireTap) -> socket.socket:
    return socket.create_connection(("127.0.0.1", tap.port), timeout=60)


def test_an_echo_is_told_from_the_handshake_to_the_end(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")) as ana:
        ana.send("Hello")
        ana.receive()
    wait_until(lambda: len(tap.connections[0].endings) == 2)

    assert tap.transcript.splitlines() == [
        "Ana → server   http     GET /ws",
        "server → Ana   http     101 Switching Protocols",
        'Ana → server   text     "Hello"',
        'server → Ana   text     "Echo: Hello"',
        "Ana → server   close    close 1000 OK",
        "server → Ana   close    close 1000 OK",
    ]
    assert tap.connections[0].ending == "ended in order (FIN) by the server"


def test_the_handshake_is_kept_as_sent(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws"), "Zoë"):
        [connection] = tap.connections
        assert connection.request is not None and connection.response is not None
        assert connection.request.raw.startswith(b"GET /ws HTTP/1.1\r\n")
        assert connection.request.header("user-agent") == "Zo%C3%AB (WebSocket Lab)"
        assert connection.response.status == 101
        assert (connection.name, connection.port > 0) == ("Zoë", True)


def test_deflated_messages_are_read(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws"), compression="deflate") as ana:
        for number in range(3):
            ana.send(f"Hello {number} Hello Hello")
            ana.receive()
    texts = [frame.message for frame in tap.frames() if frame.rsv1]
    expected = [[f"Hello {n} Hello Hello", f"Echo: Hello {n} Hello Hello"] for n in range(3)]
    assert texts == [text for pair in expected for text in pair]


@pytest.mark.parametrize(("path", "status"), [("/refused", 403), ("/unauthorized", 401), ("/nowhere", 403)])
def test_a_refusal_is_told(tap: WireTap, path: str, status: int) -> None:
    with pytest.raises(ConnectFailed) as failure:
        LiveClient(tap.url(path)).connect()
    assert failure.value.status == status
    assert labels(tap)[-1].startswith(str(status))
    assert tap.frames() == []


@pytest.mark.parametrize("code", [1000, 1011, 4001])
def test_close_codes_pass_and_are_told(tap: WireTap, code: int) -> None:
    ana = LiveClient(tap.url(f"/closes/{code}")).connect()
    assert (ana.wait_closed(), ana.close_reason) == (code, "enough")
    closing = tap.wait_for(lambda frame: frame.close_code == code and not frame.from_client)
    assert closing.close_reason == "enough"


def test_a_server_that_says_no_goodbye_is_told(tap: WireTap) -> None:
    assert LiveClient(tap.url("/returns")).connect().wait_closed() == 1006
    assert "TCP ended (FIN) without a close frame (1006)" in labels(tap)


def test_a_reset_is_passed_on_as_a_reset(tap: WireTap) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    tap.server.port = listener.getsockname()[1]
    client = raw(tap)
    upstream, _ = listener.accept()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    upstream.settimeout(60)
    with pytest.raises(ConnectionResetError):
        upstream.recv(1)
    upstream.close()
    listener.close()


def test_half_of_a_connection_can_end(tap: WireTap) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    tap.server.port = listener.getsockname()[1]
    client = raw(tap)
    upstream, _ = listener.accept()
    client.sendall(b"the last words")
    client.shutdown(socket.SHUT_WR)
    upstream.settimeout(60)
    said = b"".join(iter(lambda: upstream.recv(100), b""))
    upstream.sendall(b"the answer")
    upstream.close()
    assert (said, b"".join(iter(lambda: client.recv(100), b""))) == (b"the last words", b"the answer")
    client.close()
    listener.close()


def test_someone_who_vanishes_is_told(tap: WireTap) -> None:
    ana = LiveClient(tap.url("/ws")).connect()
    ana.vanish()
    wait_until(lambda: "TCP was reset (RST) without a close frame (1006)" in labels(tap))
    assert tap.connections[0].ending == "reset (RST) by the client"


def test_nothing_is_lost_at_the_end(tap: WireTap) -> None:
    ana = LiveClient(tap.url("/big"), max_size=None).connect()
    assert len(ana.receive()) == 8_000_000
    assert ana.wait_closed() == 1000


def test_a_client_that_stops_reading_stalls_the_server(tap: WireTap) -> None:
    ana = LiveClient(tap.url("/flood")).connect()
    ana.pause_reading()
    sent = -1
    while sent != sent_by_flood():
        sent = sent_by_flood()
        sleep(0.3)
    ana.resume_reading()
    wait_until(lambda: sent_by_flood() > sent)
    ana.vanish()


def test_plain_http_has_a_lane_too(tap: WireTap) -> None:
    client = raw(tap)
    client.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
    wait_until(lambda: len(labels(tap)) == 2)
    client.close()
    assert tap.transcript == "HTTP → server   http     GET /health\nserver → HTTP   http     200 OK"


def test_garbage_is_told_and_stops_nothing(tap: WireTap) -> None:
    client = raw(tap)
    client.sendall(b"\x00\xff garbage\r\n\r\n")
    wait_until(lambda: labels(tap))
    assert tap.arrows()[0].kind is Kind.BAD and tap.arrows()[0].client == "Client 1"
    with LiveClient(tap.url("/ws")) as ana:
        ana.send("Hello")
        assert ana.receive() == "Echo: Hello"
    client.close()


def test_a_server_that_is_started_again_is_found(tap: WireTap, server: BackgroundServer) -> None:
    LiveClient(tap.url("/ws")).connect()
    server.stop()
    with pytest.raises(ConnectFailed):
        LiveClient(tap.url("/ws"), "Ben").connect()
    assert f"nothing answers on port {server.port}: is the server running?" in labels(tap)

    server.start()
    with LiveClient(tap.url("/ws"), "Eve") as eve:
        eve.send("Hello")
        assert eve.receive() == "Echo: Hello"


def test_a_server_that_was_never_started_cannot_be_tapped() -> None:
    with pytest.raises(ValueError, match="Start it first"):
        WireTap(BackgroundServer(make_app())).start()


def test_stopping_ends_connections_and_keeps_what_was_recorded(server: BackgroundServer) -> None:
    tap = WireTap(server).start()
    ana = LiveClient(tap.url("/ws")).connect()
    tap.stop()
    assert ana.wait_closed() == 1006
    assert len(tap.arrows()) == 2
    with pytest.raises(ConnectFailed):
        LiveClient(tap.url("/ws")).connect()
    tap.stop()


def test_a_tap_can_be_started_again_on_its_port(server: BackgroundServer) -> None:
    tap = WireTap(server).start()
    port = tap.port
    with tap.start() as tap, LiveClient(tap.url("/ws")) as ana:
        ana.send("Hello")
        assert (tap.port, ana.receive()) == (port, "Echo: Hello")


def test_a_frozen_wire_passes_nothing_and_thaws_without_loss(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")) as ana:
        tap.freeze()
        for number in range(3):
            ana.send(f"Hello {number}")
        with pytest.raises(TimeoutError):
            ana.receive(deadline=0.2)
        assert tap.frames() == []

        tap.thaw()
        assert [ana.receive() for _ in range(3)] == [f"Echo: Hello {number}" for number in range(3)]
    # What was kept back passes after the cable is plugged in, and is told so.
    assert labels(tap)[2:5] == [
        "cable pulled: nothing passes",
        "cable plugged in: all passes",
        '"Hello 0"',
    ]


def test_one_direction_can_be_frozen_alone(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")) as ana:
        tap.freeze("to_client")
        ana.send("Hello")
        assert tap.wait_for(has_text("Hello")).from_client
        with pytest.raises(TimeoutError):
            ana.receive(deadline=0.2)
        tap.thaw("to_client")
        assert ana.receive() == "Echo: Hello"


def test_one_client_can_be_frozen_alone_even_before_it_comes(tap: WireTap) -> None:
    tap.freeze(name="Ana")
    with pytest.raises((ConnectFailed, TimeoutError)):
        LiveClient(tap.url("/ws"), deadline=0.3).connect()
    with LiveClient(tap.url("/ws"), "Ben") as ben:
        ben.send("Hello")
        assert ben.receive() == "Echo: Hello"

    tap.thaw(name="Ana")
    with LiveClient(tap.url("/ws")) as ana:
        ana.send("Hello")
        assert ana.receive() == "Echo: Hello"
    assert {connection.name for connection in tap.connections} == {"Ana", "Ben"}
    assert labels(tap, "Ana")[0] == "cable pulled: nothing passes"


def test_a_client_that_gave_up_on_a_frozen_wire_comes_back_on_its_lane(tap: WireTap) -> None:
    ana = LiveClient(tap.url("/ws"), ping_interval=0.1, ping_timeout=0.1, close_timeout=0.1).connect()
    tap.freeze(name="Ana")
    assert ana.wait_closed() in (1006, 1011)
    for _ in range(2):
        with pytest.raises((ConnectFailed, TimeoutError)):
            LiveClient(tap.url("/ws"), deadline=0.2).connect()
    tap.thaw(name="Ana")
    # Not the impatient client: where this process stands still, it loses any connection.
    with LiveClient(tap.url("/ws")) as ana:
        ana.send("back")
        assert ana.receive() == "Echo: back"
    assert {arrow.client for arrow in tap.arrows()} == {"Ana"}


def test_a_cut_resets_both_sides(tap: WireTap) -> None:
    ana, ben = LiveClient(tap.url("/ws")).connect(), LiveClient(tap.url("/ws"), "Ben").connect()
    tap.cut("Ana")
    assert ana.wait_closed() == 1006
    ben.send("Hello")
    assert ben.receive() == "Echo: Hello"
    assert labels(tap, "Ana")[-1] == "cut: TCP reset to both sides"
    assert ana.connect().state is State.OPEN
    tap.cut()
    assert (ana.wait_closed(), ben.wait_closed()) == (1006, 1006)


def test_a_delay_keeps_the_order(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")) as ana:
        tap.delay(0.15, "to_server")
        start = monotonic()
        ana.send("one")
        # Neither an order nor a message waits for the other on its way to the tap.
        [link] = tap._tap.links
        wait_until(lambda: link.up._held or ana.messages)
        tap.delay(0)
        ana.send("two")
        assert [ana.receive(), ana.receive()] == ["Echo: one", "Echo: two"]
        assert monotonic() - start >= 0.15


def test_what_is_split_arrives_whole(tap: WireTap) -> None:
    tap.split(1)
    with LiveClient(tap.url("/ws")) as ana:
        ana.send("Hello")
        assert ana.receive() == "Echo: Hello"
    assert "split into pieces of 1 bytes" in labels(tap, "Ana")


def test_what_is_dropped_never_arrives(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")) as ana:
        tap.drop_after(11, "to_server")
        ana.send("Hello")
        ana.send("lost")
        assert ana.receive() == "Echo: Hello"
        with pytest.raises(TimeoutError):
            ana.receive(deadline=0.2)
        tap.drop_after(None)
        ana.send("again")
        assert ana.receive() == "Echo: again"
    assert "lost" not in [frame.message for frame in tap.frames()]


def test_senseless_faults_are_refused(tap: WireTap) -> None:
    with pytest.raises(ValueError, match="Choose one of: both, to_server, to_client"):
        tap.freeze("sideways")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Choose 0 or more"):
        tap.delay(-1)


def test_two_of_one_name_have_two_lanes(tap: WireTap) -> None:
    with LiveClient(tap.url("/ws")), LiveClient(tap.url("/ws")):
        assert [connection.name for connection in tap.connections] == ["Ana", "Ana 2"]
        assert tap.diagram().clients == ("Ana", "Ana 2")


def test_many_clients_at_once_are_kept_apart(tap: WireTap) -> None:
    clients = [LiveClient(tap.url("/ws"), f"Guest {number}").connect() for number in range(20)]
    for number, client in enumerate(clients):
        client.send(f"I am {number}")
    for number, client in enumerate(clients):
        assert client.receive() == f"Echo: I am {number}"
        assert [f.message for f in tap.frames(client.name)] == [f"I am {number}", f"Echo: I am {number}"]
        client.disconnect()


def test_a_tap_of_something_else_than_a_server_is_refused() -> None:
    for wrong in (None, make_app(), "ws://127.0.0.1:8000/ws"):
        with pytest.raises(TypeError, match="A tap takes a server, such as a BackgroundServer, not a"):
            WireTap(wrong)  # type: ignore[arg-type]


def test_a_delay_that_is_no_number_of_seconds_is_refused(tap: WireTap) -> None:
    for wrong in (float("nan"), float("inf"), None, "1"):
        with pytest.raises(ValueError, match="A delay is a number of seconds"):
            tap.delay(wrong)  # type: ignore[arg-type]


def test_a_port_or_path_that_cannot_be_one_is_refused(server: BackgroundServer, tap: WireTap) -> None:
    for port in ("8000", 8000.0, True, -1, 70_000):
        for thing, kind in ((make_app(), BackgroundServer), (server, WireTap)):
            with pytest.raises((TypeError, ValueError), match="A port is a"):
                kind(thing, port=port)
    for path in (None, 5, b"/ws"):
        for url in (server.url, server.http_url, tap.url, tap.http_url):
            with pytest.raises(TypeError, match="A path is a text"):
                url(path)  # type: ignore[arg-type]
