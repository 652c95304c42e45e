"""LiveClient: connects, talks, listens in the background, and says what went wrong."""

import asyncio
from array import array
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from websocket_lab import BackgroundServer, ConnectFailed, ConnectionEnded, LiveClient, State


def make_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        while (message := await websocket.receive())["type"] == "websocket.receive":
            await websocket.send({**message, "type": "websocket.send"})

    @app.websocket("/refuse")
    async def refuse(websocket: WebSocket) -> None:
        await websocket.close()

    @app.websocket("/dismiss")
    async def dismiss(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive_text()
        await websocket.close(4001, "Invalid token")

    @app.websocket("/deaf")
    async def deaf(websocket: WebSocket) -> None:
        await websocket.accept()
        await asyncio.Event().wait()

    @app.websocket("/burst/{count}")
    async def burst(websocket: WebSocket, count: int) -> None:
        await websocket.accept()
        for number in range(count):
            await websocket.send_text(str(number))
        await websocket.close()

    return app


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_app()) as server:
        yield server


@pytest.fixture
def ana(server: BackgroundServer) -> Iterator[LiveClient]:
    with LiveClient(server.url("/echo")) as ana:
        yield ana


def test_text_comes_back(ana: LiveClient) -> None:
    ana.send("hi")

    assert ana.receive() == "hi"
    assert ana.messages == ["hi"]


def test_binary_comes_back(ana: LiveClient) -> None:
    ana.send(b"\x00\xff")

    assert ana.receive() == b"\x00\xff"


def test_json_comes_back_parsed(ana: LiveClient) -> None:
    ana.send_json({"action": "echo"})

    assert ana.receive_json() == {"action": "echo"}


def test_wait_for_reads_on_until_the_message_comes(ana: LiveClient) -> None:
    for text in ("one", "two", "three"):
        ana.send(text)

    assert ana.wait_for("two") == "two"
    assert ana.wait_for(lambda message: message.startswith("th")) == "three"


def test_nothing_in_time_says_what_came_last(ana: LiveClient) -> None:
    with pytest.raises(
        TimeoutError, match=r"Ana could not receive a message within 0.05 s. Nothing was received"
    ):
        ana.receive(deadline=0.05)

    ana.send("hi")
    ana.receive()
    with pytest.raises(
        TimeoutError, match=r"could not receive 'ho' within 0.05 s. The last message .* was 'hi'"
    ):
        ana.wait_for("ho", deadline=0.05)


def test_the_log_tells_the_whole_story(server: BackgroundServer) -> None:
    with LiveClient(server.url("/echo")) as ana:
        ana.send("hi")
        ana.receive()

    assert [(entry.direction, entry.message) for entry in ana.log] == [
        ("event", "connected"),
        ("sent", "hi"),
        ("received", "hi"),
        ("event", "closed by this client: 1000 OK"),
    ]
    assert "→ sent     hi" in ana.transcript


def test_the_states_follow_the_connection(server: BackgroundServer) -> None:
    ana = LiveClient(server.url("/echo"))
    states = [ana.state]
    ana.on_change(lambda: states.append(ana.state))

    with ana:
        pass

    assert list(dict.fromkeys(states)) == ["not connected", "connecting", "open", "closing", "closed"]


def test_a_refused_handshake_is_raised_with_its_status(server: BackgroundServer) -> None:
    eve = LiveClient(server.url("/refuse"), "Eve")

    with pytest.raises(ConnectFailed, match="refused Eve's handshake with HTTP 403") as failure:
        eve.connect()

    assert failure.value.status == 403
    assert eve.state is State.REFUSED


def test_no_server_says_what_to_do() -> None:
    server = BackgroundServer(make_app()).start()
    server.stop()
    ana = LiveClient(server.url("/echo"))

    with pytest.raises(ConnectFailed, match="Run the cell that starts the server"):
        ana.connect()

    assert ana.state is State.NOT_CONNECTED


def test_an_address_that_is_none_is_raised_in_words() -> None:
    with pytest.raises(ConnectFailed, match="could not connect to ftp://nowhere"):
        LiveClient("ftp://nowhere").connect()


def test_the_servers_close_code_and_reason_arrive(server: BackgroundServer) -> None:
    ana = LiveClient(server.url("/dismiss")).connect()
    ana.send("hi")

    assert ana.wait_closed() == 4001
    assert ana.close_reason == "Invalid token"
    assert ana.log[-1].message == "closed by the server: 4001 private use (Invalid token)"


def test_after_the_end_sending_and_receiving_say_so(server: BackgroundServer) -> None:
    ana = LiveClient(server.url("/dismiss")).connect()
    ana.send("hi")
    ana.wait_closed()

    for action in (lambda: ana.send("hi"), ana.receive):
        with pytest.raises(ConnectionEnded, match="Ana's connection is closed .4001 Invalid token"):
            action()


def test_before_the_start_sending_says_so(server: BackgroundServer) -> None:
    with pytest.raises(ConnectionEnded, match="Ana is not connected. Call connect"):
        LiveClient(server.url("/echo")).send("hi")


def test_what_came_before_the_close_can_still_be_read(server: BackgroundServer) -> None:
    ana = LiveClient(server.url("/burst/100")).connect()
    ana.wait_closed()

    assert [ana.receive() for _ in range(100)] == [str(number) for number in range(100)]


def test_a_vanished_client_sees_1006(server: BackgroundServer) -> None:
    ana = LiveClient(server.url("/echo")).connect()
    ana.vanish()

    assert ana.wait_closed() == 1006
    assert "no close frame" in str(ana.log[-1])


def test_a_client_that_stopped_reading_reads_on_later(ana: LiveClient) -> None:
    ana.pause_reading()
    ana.send("hi")
    with pytest.raises(TimeoutError):
        ana.receive(deadline=0.1)

    ana.resume_reading()
    assert ana.receive() == "hi"


def test_a_ping_comes_back_behind_all_that_was_sent_before(ana: LiveClient) -> None:
    ana.send("Hello")

    assert 0 < ana.ping() < ana.deadline


def test_a_ping_to_nobody_says_so(ana: LiveClient) -> None:
    ana.disconnect()
    with pytest.raises(ConnectionEnded, match="is closed"):
        ana.ping()


def test_connecting_again_after_the_end_works(ana: LiveClient) -> None:
    ana.disconnect()
    ana.connect().send("back")

    assert ana.receive() == "back"
    assert ana.state is State.OPEN


def test_connecting_twice_keeps_the_connection(ana: LiveClient) -> None:
    ana.connect().send("hi")

    assert ana.receive() == "hi"
    assert [entry.message for entry in ana.log].count("connected") == 1


def test_disconnecting_from_a_server_that_does_not_listen_ends_all_the_same(server: BackgroundServer) -> None:
    ana = LiveClient(server.url("/deaf"), close_timeout=0.3).connect()
    ana.send("are you there?")
    # uvicorn reads no further while a message waits. Once Ben has been answered, it has read Ana's message.
    with LiveClient(server.url("/echo"), "Ben") as ben:
        ben.send("hi")
        ben.receive()
    ana.disconnect()

    assert ana.close_code == 1006
    assert ana.log[-1].message == "closed: 1006 abnormal closure, no close frame came in answer to our 1000"


@pytest.mark.parametrize("ending", [(999, ""), (1005, ""), (4000, "x" * 124)])
def test_an_ending_that_may_not_be_sent_is_refused_and_the_connection_stays(
    ana: LiveClient, ending: tuple[int, str]
) -> None:
    with pytest.raises(ValueError, match="cannot be sent: .* A client may send 1000 to 1003"):
        ana.disconnect(*ending)

    assert ana.state is State.OPEN
    ana.send("still here")
    assert ana.receive() == "still here"


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        ("half \ud83d", ValueError, r"'\\ud83d' at position 5 is half of a surrogate pair"),
        (["a", b"b"], TypeError, r"takes a text \(str\) or bytes, not a list"),
        (7, TypeError, "not an int"),
        (None, TypeError, "not None"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_the_connection_stays(
    ana: LiveClient, message: object, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        ana.send(message)

    ana.send("still here")
    assert ana.receive() == "still here"


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (("bye",), TypeError),
        ((1000.0,), TypeError),
        ((1000, b"bye"), TypeError),
        ((1000, "\udc00"), ValueError),
    ],
)
def test_an_ending_of_the_wrong_type_is_refused_and_the_connection_stays(
    ana: LiveClient, ending: tuple[int, str], kind: type[Exception]
) -> None:
    with pytest.raises(kind, match=r"[Cc]lose (code|reason) is|surrogate pair"):
        ana.disconnect(*ending)

    ana.send("still here")
    assert ana.receive() == "still here"


async def is_hi(message: str | bytes) -> bool:
    return message == "hi"


def two_at_once(message: str | bytes) -> Iterator[bool]:
    yield message == "hi"


NO_MESSAGES = [is_hi, lambda message: is_hi(message), two_at_once, {"type": "message"}, None]


@pytest.mark.parametrize("expected", NO_MESSAGES)
def test_waiting_for_what_no_message_can_be_is_refused(ana: LiveClient, expected: object) -> None:
    ana.send("hello")

    with pytest.raises(TypeError, match=r"wait_for\(\) takes"):
        ana.wait_for(expected)


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), asyncio.CancelledError()])
def test_what_a_function_raises_about_a_message_ends_only_that_call(
    ana: LiveClient, error: BaseException
) -> None:
    def raise_it(message: str | bytes) -> bool:
        raise error

    ana.send("one")
    with pytest.raises(type(error)):
        ana.wait_for(raise_it)

    ana.send("two")
    assert ana.receive() == "two"


def test_a_function_about_a_message_may_use_the_client(ana: LiveClient) -> None:
    ana.send("question")

    def is_answered(message: str | bytes) -> bool:
        ana.send("answer")
        return ana.receive() == "answer"

    assert ana.wait_for(is_answered) == "question"


def test_a_view_of_numbers_is_sent_as_its_bytes(ana: LiveClient) -> None:
    numbers = array("i", [1, 2, 3])
    ana.send(memoryview(numbers))
    assert ana.receive() == numbers.tobytes()


def test_the_log_keeps_what_was_sent(ana: LiveClient) -> None:
    changing = bytearray(b"before")
    ana.send(changing)
    changing[:] = b"after!"

    assert ana.log[-1].message == b"before"


@pytest.mark.parametrize("deadline", ["1", [1], float("nan")])
def test_a_deadline_that_is_no_number_of_seconds_is_refused(ana: LiveClient, deadline: Any) -> None:
    for act in (ana.receive, ana.ping, ana.wait_closed, lambda it: LiveClient(ana.url, deadline=it)):
        with pytest.raises((TypeError, ValueError), match=r"A deadline is a number of seconds such as 5\.0"):
            act(deadline)


@pytest.mark.parametrize("name", [None, 5, "half \ud83d"])
def test_a_name_that_cannot_be_sent_is_refused(ana: LiveClient, name: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="name is a text|surrogate pair"):
        LiveClient(ana.url, name)


def test_a_message_that_the_server_refuses_for_its_size_is_not_the_servers(server: BackgroundServer) -> None:
    with BackgroundServer(make_app(), ws_max_size=1000) as narrow:
        ana = LiveClient(narrow.url("/echo")).connect()
        ana.send("." * 1001)

        assert ana.wait_closed() == 1009
        with pytest.raises(ConnectionEnded, match=r"1009 .*\. Call connect\(\)"):
            ana.receive()


def test_a_message_that_is_too_large_says_1009_and_what_to_do(server: BackgroundServer) -> None:
    ana = LiveClient(server.url("/echo"), max_size=1000).connect()
    ana.send("." * 1001)

    with pytest.raises(ConnectionEnded, match=r"1009 .* larger than this client takes.* max_size=None"):
        ana.receive()
    assert ana.close_code == 1009
    assert "closed by this client: 1009 message too big" in str(ana.log[-1])


@pytest.mark.parametrize("url", [None, BackgroundServer(make_app()), 8000])
def test_a_client_of_something_else_than_an_address_is_refused(url: object) -> None:
    with pytest.raises(TypeError, match=r'an address such as server.url\("/ws"\), not'):
        LiveClient(url)


def test_an_address_of_a_page_says_how_a_websockets_begins(server: BackgroundServer) -> None:
    with pytest.raises(ConnectFailed, match="begins with ws:// or wss://"):
        LiveClient(server.http_url("/echo")).connect()
