"""The fast way out: order, slow clients, endings, and that uvicorn's class is still the one we know."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI, WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import Protocol
from websockets.server import ServerProtocol

from server_snippets.server.transport import backlog, frame_writer
from server_snippets.server.transport.backlog import SlowClients
from server_snippets.server.transport.encoded_message import EncodedMessage
from server_snippets.server.transport.frame_writer import FrameWriter, LoopTurn, ignore
from server_snippets.server.transport.protocol import EXTENSION, FanOutProtocol
from server_snippets.server.transport.receive_queue import ReceiveQueue
from websocket_lab import BackgroundServer, LiveClient


Handler = Callable[[WebSocket, FrameWriter], Any]
BIG = "x" * 60_000


@pytest.fixture
def serve() -> Iterator[Callable[..., LiveClient]]:
    """Serve one handler, which gets the connection and its writer; return a client of it."""
    opened: list[Any] = []

    def start(handler: Handler, **options: Any) -> LiveClient:
        app = FastAPI()

        @app.websocket("/ws")
        async def endpoint(websocket: WebSocket) -> None:
            await websocket.accept()
            await handler(websocket, websocket.scope["extensions"][EXTENSION]["writer"])

        opened.append(BackgroundServer(app, ws=FanOutProtocol, **options).start())
        opened.append(LiveClient(opened[-1].url("/ws"), ping_interval=None, max_size=None).connect())
        return opened[-1]  # type: ignore[no-any-return]

    yield start
    for server, client in zip(opened[::2], opened[1::2], strict=True):
        client.disconnect()
        server.stop()


def numbered(*numbers: int) -> list[str]:
    return [str(number) for number in numbers]


def names_in(*functions: Any) -> set[str]:
    """Return the attributes and methods that functions speak of."""
    return {name for function in functions for name in function.__code__.co_names}


def names_in_code(thing: Any) -> set[str]:
    """Return the attributes and methods that a member of a class speaks of, if it is a function."""
    return names_in(thing) if hasattr(thing, "__code__") else set()


BASE = WebSocketsSansIOProtocol
READ_BEHIND = "read the new one, then fix FanOutProtocol."
OVERRIDDEN = """
    connection_made connection_lost data_received eof_received pause_writing resume_writing handle_close
    handle_connect handle_ping keepalive_timeout on_task_complete receive send shutdown start_keepalive
"""
SET_IN = {
    "__init__": """
        app close_sent close_timer config conn curr_msg_data_type disconnected frames handshake_complete
        handshake_initiated logger loop queue read_paused writable
    """,
    "connection_made": "transport",
    "handle_connect": "request response run_asgi scope",
}
USED_IN = {
    "handle_connect": "create_task",
    "handle_close": "data_to_send",
    "send": "close_sent read_paused resume_reading send_binary send_text start_keepalive writable",
    "send_keepalive_ping": "keepalive_timeout",
    "run_asgi": "app close_timer",
}


def test_the_base_class_still_has_what_is_overridden() -> None:
    told = f"uvicorn's WebSocket protocol class has no such thing any more: {READ_BEHIND}"
    assert [name for name in OVERRIDDEN.split() if not hasattr(BASE, name)] == [], told


def test_the_base_class_still_sets_and_uses_what_we_rely_on() -> None:
    told = f"uvicorn's WebSocket protocol class does not use this there any more: {READ_BEHIND}"
    assert [
        f"{function}: {name}"
        for names_of in (SET_IN, USED_IN)
        for function, names in names_of.items()
        for name in sorted(set(names.split()) - names_in(getattr(BASE, function)))
    ] == [], told


def test_the_base_class_still_offers_extensions_to_the_app() -> None:
    told = f"uvicorn's WebSocket protocol class offers no extensions any more: {READ_BEHIND}"
    assert "extensions" in str(BASE.handle_connect.__code__.co_consts), told


def test_the_base_class_asks_the_queue_for_nothing_that_the_inbox_does_not_have() -> None:
    told = f"uvicorn's WebSocket protocol class uses its queue in a new way: {READ_BEHIND}"
    functions = [function for function in vars(BASE).values() if hasattr(function, "__code__")]
    # A text is joined, too, and a protocol shut down.
    of_a_queue = {name for name in vars(asyncio.Queue) if not name.startswith("_")} - {"join", "shutdown"}
    assert names_in(*functions) & of_a_queue <= set(vars(ReceiveQueue)), told


def test_the_handshake_headers_are_needed_no_more_after_the_handshake() -> None:
    told = f"uvicorn's WebSocket protocol class reads its request or response again: {READ_BEHIND}"
    users = {name for name, thing in vars(BASE).items() if {"request", "response"} & names_in_code(thing)}
    assert users == {"handle_connect", "send"}, told


def test_the_base_class_waits_for_room_in_the_way_we_know() -> None:
    told = f"uvicorn's WebSocket protocol class uses its event `writable` in a new way: {READ_BEHIND}"
    users = {name for name, function in vars(BASE).items() if "writable" in names_in_code(function)}
    assert users == {"__init__", "connection_lost", "pause_writing", "resume_writing", "send"}, told


def test_a_connection_has_no_more_attributes_than_python_keeps_in_the_short_way(serve: Any) -> None:
    counts: list[int] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        counts.append(len(vars(writer._give_up.__self__)))  # type: ignore[attr-defined]
        await websocket.receive()

    serve(handler)
    wait_until(lambda: bool(counts))
    assert counts[0] <= 30, "Name more of them in FanOutProtocol.__slots__."


def test_websockets_still_has_what_is_used() -> None:
    told = "websockets has changed its ServerProtocol: read the new one, then fix FrameReader."
    functions = {"data_to_send", "events_received", "fail", "parse", "recv_frame"}
    values = {"current_size", "eof_sent", "handshake_exc", "max_message_size", "parser", "reader"}
    assert functions <= set(dir(ServerProtocol)), told
    assert {"at_eof", "fail", "recv_frame"} <= names_in(Protocol.parse), told
    assert values <= set(vars(ServerProtocol())), told


def test_both_ways_out_keep_one_order(serve: Any) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        for number in range(0, 300, 3):
            writer.put(EncodedMessage(str(number)))
            await websocket.send_text(str(number + 1))
            writer.put(EncodedMessage(str(number + 2)))
        await websocket.receive()

    client = serve(handler)
    assert [client.receive() for _ in range(300)] == numbered(*range(300))


def test_the_messages_of_a_busy_loop_turn_leave_in_one_write(serve: Any) -> None:
    writes: list[int] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        writer._transport = Spy(writer._transport, writes)  # type: ignore[assignment]
        writer._descriptor = None
        # The first turn that brings more than one message is not known to be busy before the second.
        for turn in range(3):
            for number in range(16):
                writer.put(EncodedMessage(f"{turn * 16 + number}"))
            await asyncio.sleep(0)
        await websocket.receive()

    client = serve(handler)
    assert [client.receive() for _ in range(48)] == numbered(*range(48))
    assert len(writes) == 4


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the size of each write past a transport."""
    sizes: list[int] = []

    def write(descriptor: int, frame: bytes) -> int:
        sizes.append(len(frame))
        return os.write(descriptor, frame)

    monkeypatch.setattr(frame_writer, "os", SimpleNamespace(name=os.name, write=write))
    return sizes


past_the_transport = pytest.mark.skipif(os.name == "nt", reason="Windows has no way past the transport.")


async def put_alone(writer: FrameWriter, count: int) -> None:
    for number in range(count):
        writer.put(EncodedMessage(str(number)))
        await asyncio.sleep(0)


@past_the_transport
@pytest.mark.parametrize("loop", ["auto", "asyncio"])
def test_a_message_that_comes_alone_is_written_at_once(serve: Any, written: list[int], loop: str) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        for number in range(3):
            writer.put(EncodedMessage(str(number)))
            assert len(written) == number + 1
            await asyncio.sleep(0)
        await websocket.receive()

    client = serve(handler, loop=loop)
    assert [client.receive() for _ in range(3)] == numbered(*range(3))


@past_the_transport
@pytest.mark.parametrize("loop", ["auto", "asyncio"])
def test_what_the_transport_still_holds_goes_first(serve: Any, written: list[int], loop: str) -> None:
    long = "x" * 20_000_000

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        await websocket.send_text(long)
        writer.put(EncodedMessage("behind"))
        await websocket.receive()

    client = serve(handler, loop=loop)
    assert [client.receive() for _ in range(2)] == [long, "behind"]
    # Only the long one was written past the transport, as far as the socket took it.
    assert written == [len(EncodedMessage(long).frame)]


def write_nothing(descriptor: int, frame: bytes) -> int:
    raise BlockingIOError


def write_a_little(descriptor: int, frame: bytes) -> int:
    return os.write(descriptor, frame[:3])


@past_the_transport
@pytest.mark.parametrize("loop", ["auto", "asyncio"])
@pytest.mark.parametrize("write", [write_nothing, write_a_little])
def test_what_the_client_has_no_room_for_yet_follows_in_order(
    serve: Any, write: Callable[[int, bytes], int], loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_writer, "os", SimpleNamespace(name=os.name, write=write))

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        await put_alone(writer, 50)
        await websocket.receive()

    client = serve(handler, loop=loop)
    assert [client.receive() for _ in range(50)] == numbered(*range(50))


def test_what_was_collected_goes_before_what_was_kept_back(serve: Any) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        for number in range(3):
            writer.put(EncodedMessage(str(number)))
        writer.pause()
        writer.put(EncodedMessage("3"))
        writer.resume()
        writer.put(EncodedMessage("4"))
        await websocket.receive()

    client = serve(handler)
    assert [client.receive() for _ in range(5)] == numbered(*range(5))


def test_what_comes_after_the_end_of_the_connection_is_no_error(serve: Any) -> None:
    answers: list[str] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        writer._transport.close()
        for number in range(3):
            writer.put(EncodedMessage(str(number)))
            await asyncio.sleep(0)
        answers.append((await websocket.receive())["type"])
        writer.put(EncodedMessage("too late"))
        answers.append("no error")

    serve(handler).wait_closed()
    wait_until(lambda: len(answers) == 2)
    assert answers == ["websocket.disconnect", "no error"]


class Spy:
    """A transport that counts writes."""

    def __init__(self, transport: asyncio.Transport, writes: list[int]) -> None:
        self._transport = transport
        self._writes = writes

    def write(self, data: bytes) -> None:
        self._writes.append(len(data))
        self._transport.write(data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()


def test_the_last_words_go_out_before_the_close_frame(serve: Any) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        writer.put(EncodedMessage("last words"))
        await websocket.close(4000)
        writer.put(EncodedMessage("too late"))

    client = serve(handler)
    assert client.wait_closed() == 4000
    assert client.messages == ["last words"]


@pytest.mark.parametrize("count", [1, 2, 16])
def test_who_returns_without_a_goodbye_has_said_everything(serve: Any, count: int) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        for number in range(count):
            writer.put(EncodedMessage(str(number)))

    client = serve(handler)
    assert client.wait_closed() == 1006
    assert client.messages == numbered(*range(count))


def test_an_app_that_fails_has_said_everything_before(serve: Any) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        for number in range(3):
            writer.put(EncodedMessage(str(number)))
        raise LookupError("a fault of the app")

    client = serve(handler)
    client.wait_closed()
    assert client.messages == numbered(*range(3))


def test_a_server_that_stops_says_its_last_words_then_1012(serve: Any) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        await websocket.receive()
        writer.put(EncodedMessage("bye"))
        await websocket.receive()

    client = serve(handler)
    client.send("?")
    assert client.receive() == "bye"


def test_compression_is_not_negotiated(serve: Any) -> None:
    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        writer.put(EncodedMessage(json.dumps(dict(websocket.headers))))
        await websocket.receive()

    server_url = serve(handler).url
    with LiveClient(server_url, compression="deflate") as client:
        assert "permessage-deflate" in client.receive_json()["sec-websocket-extensions"]
        websocket = client._connection._websocket
        assert websocket and websocket.protocol.extensions == []


def flood(websocket: WebSocket, writer: FrameWriter, count: int) -> None:
    for number in range(count):
        writer.put(EncodedMessage(f"{number} {BIG}"))


def test_a_client_that_never_reads_is_aborted_and_the_handler_told(serve: Any) -> None:
    told: list[Any] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        await websocket.receive()
        while not told:
            flood(websocket, writer, 10)
            await asyncio.sleep(0)
            if writer.put is ignore:
                told.append(await websocket.receive())

    client = serve(handler)
    client.pause_reading()
    client.send("go")
    wait_until(lambda: bool(told))
    assert told[0] == {"type": "websocket.disconnect", "code": 1013, "reason": "You read too slowly"}
    client.vanish()


def test_a_slow_client_with_much_in_its_transport_is_cut_off_at_once(serve: Any) -> None:
    cut_off: list[bool] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        await websocket.receive()
        # More than sockets take.
        writer.put(EncodedMessage("x" * 20_000_000))
        while writer.put == writer._join:
            await asyncio.sleep(0)
        writer.give_up()
        cut_off.append(writer._transport.is_closing())

    client = serve(handler)
    client.pause_reading()
    client.send("go")
    wait_until(lambda: bool(cut_off))
    assert cut_off == [True]
    client.vanish()


def test_nothing_is_kept_for_a_slow_client_whose_connection_is_being_closed(serve: Any) -> None:
    kept: list[int] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        writer.pause()
        writer._transport.close()
        flood(websocket, writer, 200)
        kept.append(len(writer.backlog.take_all()))

    serve(handler).wait_closed()
    assert kept == [0]


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Return as soon as `condition` holds; it is looked at often."""

    async def poll() -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    asyncio.run(poll())


@pytest.mark.parametrize("policy", [SlowClients.DROP_OLDEST, SlowClients.DROP_NEWEST])
def test_a_slow_client_that_may_stay_gets_the_rest_in_order(
    serve: Any, policy: SlowClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MAX_BYTES", 1_000_000)
    done: list[int] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        writer.backlog.policy = policy
        await websocket.receive()
        for _ in range(40):
            flood(websocket, writer, 10)
            await asyncio.sleep(0)
        done.append(1)
        await websocket.receive()
        writer.put(EncodedMessage("end"))
        await websocket.receive()

    client = serve(handler)
    client.pause_reading()
    client.send("go")
    wait_until(lambda: bool(done))
    client.resume_reading()
    client.send("now")
    client.wait_for("end")
    heard = [str(message).split()[0] for message in client.messages]
    assert heard[-1] == "end"
    assert 10 < len(heard) < 400


def test_the_endings_of_a_slow_client_leave_no_task_waiting(serve: Any) -> None:
    sent: list[str] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        await websocket.receive()
        while True:
            flood(websocket, writer, 10)
            await websocket.send_text(BIG)
            sent.append("x")

    client = serve(handler)
    client.pause_reading()
    client.send("go")
    wait_until(lambda: bool(sent))
    client.vanish()
    assert client.wait_closed() == 1006


def test_thirty_two_messages_wait_before_reading_stops(serve: Any) -> None:
    depths: list[int] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        protocol = writer._give_up.__self__  # type: ignore[attr-defined]
        while len(protocol.queue.items) < 32:
            await asyncio.sleep(0)
        for number in range(100):
            depths.append(len(protocol.queue.items))
            writer.put(EncodedMessage(str(number)))
            assert (await websocket.receive())["text"] == str(number)

    client = serve(handler)
    for number in range(100):
        client.send(str(number))
    assert [client.receive() for _ in range(100)] == numbered(*range(100))
    assert 32 <= max(depths) <= 100


def test_reading_stops_with_a_few_unread_big_messages(serve: Any) -> None:
    unread: list[int] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        protocol = writer._give_up.__self__  # type: ignore[attr-defined]
        while not protocol.read_paused:
            await asyncio.sleep(0)
        unread.append(len(protocol.queue.items))
        for number in range(100):
            assert (await websocket.receive())["text"] == f"{number} {BIG}"
        await websocket.send_text("bye")

    client = serve(handler)
    for number in range(100):
        client.send(f"{number} {BIG}")
    assert client.receive() == "bye"
    # What one read of the transport may bring (256 kB), and what was there before.
    assert max(unread) < 10


class Narrow:
    """A transport whose second write fills it."""

    def __init__(self) -> None:
        self.writes: list[int] = []
        self.pause: Callable[[], None] = ignore

    def get_extra_info(self, name: str) -> None:
        """Know of no socket to write past this."""

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.writes.append(len(data))
        if len(self.writes) == 2:
            self.pause()


def test_a_busy_turn_writes_before_it_has_joined_much_and_keeps_the_rest_back_where_that_fills() -> None:
    async def fan_out() -> tuple[list[Narrow], list[int]]:
        turn, transports = LoopTurn(), [Narrow(), Narrow()]
        writers = [FrameWriter(turn, cast(asyncio.Transport, transport), ignore) for transport in transports]
        for transport, writer in zip(transports, writers, strict=True):
            transport.pause = writer.pause
        for _ in range(5):
            message = EncodedMessage(BIG)
            for writer in writers:
                writer.put(message)
        await asyncio.sleep(0)
        return transports, [len(writer.backlog.take_all()) for writer in writers]

    transports, kept = asyncio.run(fan_out())
    one = len(EncodedMessage(BIG).frame)
    assert [transport.writes for transport in transports] == [[one, one]] * 2
    assert kept == [3, 3]


def test_nothing_comes_behind_a_close_frame_that_had_to_wait_for_room(serve: Any) -> None:
    writes: list[int] = []

    async def handler(websocket: WebSocket, writer: FrameWriter) -> None:
        protocol = writer._give_up.__self__  # type: ignore[attr-defined]
        protocol.pause_writing()
        closing = asyncio.create_task(websocket.close(4000))
        await asyncio.sleep(0)
        protocol.resume_writing()
        writer._transport = Spy(writer._transport, writes)  # type: ignore[assignment]
        # All through the spy, and nothing past it.
        writer._descriptor = None
        # Before the close frame's turn comes: the first is written at once, the others join.
        for number in range(3):
            writer.put(EncodedMessage(str(number)))
        await closing
        await asyncio.sleep(0)

    client = serve(handler)
    assert client.wait_closed() == 4000
    assert client.messages == ["0"]
    assert len(writes) == 1
