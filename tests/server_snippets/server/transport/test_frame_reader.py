"""What a client may not send is found as soon as it is there, and what came before it is answered."""

import logging
import random
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, WebSocket
from websockets.frames import Frame, Opcode

from server_snippets.server.transport.frame_reader import FrameReader
from server_snippets.server.transport.protocol import FanOutProtocol
from tests.server_snippets.raw_client import (
    CONT,
    HANDSHAKE,
    MORE,
    MORE_TEXT,
    PING,
    TEXT,
    answer,
    close,
    close_frame,
    frame,
    raw_client,
    rest_of,
)
from websocket_lab import BackgroundServer


NOT_UTF_8 = close_frame(1007, b"Not UTF-8")
TEXTS = ["hi", "", "ü", "€uro", "😀" * 20, "a" * 130 + "é"]


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    """Serve an echo."""
    app = FastAPI()

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        while (message := await websocket.receive())["type"] == "websocket.receive":
            await websocket.send_text(message["text"])

    with BackgroundServer(app, ws=FanOutProtocol) as server:
        yield server
        assert not server.errors


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (b"\xa1\x80" + bytes(4), b"reserved bits must be 0"),
        (frame(b"\x83"), b"invalid opcode"),
        (frame(CONT, b"more"), b"unexpected continuation frame"),
        (b"\x81\x02hi", b"incorrect masking"),
    ],
)
def test_what_came_before_a_wrong_frame_is_answered(
    server: BackgroundServer, wrong: bytes, reason: bytes
) -> None:
    with raw_client(server) as eve:
        eve.sendall(frame(TEXT, b"hi") + frame(TEXT, b"there") + wrong + frame(PING))

        assert rest_of(eve) == answer(b"hi") + answer(b"there") + close_frame(1002, reason)


def test_a_wrong_fragment_is_found_before_the_message_ends(server: BackgroundServer) -> None:
    with raw_client(server) as eve:
        eve.sendall(frame(MORE_TEXT, b"\xce\xba") + frame(MORE, b"\xff"))

        assert rest_of(eve) == NOT_UTF_8


@pytest.mark.parametrize("size", [100, 1_000, 100_000])
def test_a_wrong_byte_is_found_before_its_frame_ends(server: BackgroundServer, size: int) -> None:
    text = b"a" * 50 + b"\xff" + b"a" * size
    data = Frame(Opcode.TEXT, text).serialize(mask=True)
    with raw_client(server) as eve:
        eve.sendall(data[:-10])

        assert rest_of(eve) == NOT_UTF_8


def test_a_text_that_comes_byte_by_byte_is_whole(server: BackgroundServer) -> None:
    text = "ü€😀".encode()
    with raw_client(server) as ana:
        for byte in Frame(Opcode.TEXT, text).serialize(mask=True):
            ana.sendall(bytes([byte]))

        assert ana.recv(65_536) == answer(text)


def test_a_close_frame_may_come_in_the_middle_of_a_message(server: BackgroundServer) -> None:
    with raw_client(server) as ana:
        ana.sendall(frame(MORE_TEXT, b"frag") + close() + frame(CONT, b"ment"))

        assert rest_of(ana) == close_frame(1000)


def outcome(data: list[bytes]) -> list[str] | str:
    """Return the texts that a reader finds in pieces of data, or the reason why it finds fault with them."""
    reader = FrameReader(None, logging.getLogger("test"))
    reader.reader.feed_data(HANDSHAKE)
    next(reader.parser)
    (request,) = reader.events_received()
    reader.send_response(reader.accept(request))  # type: ignore[arg-type]
    texts, parts = [], []
    for piece in data:
        reader.reader.feed_data(piece)
        reader.reader.frames_left = 1_000
        next(reader.parser)
        reader.check_unfinished()
        for event in reader.events_received():
            parts.append(str(event.data))  # type: ignore[union-attr]
            if event.fin:  # type: ignore[union-attr]
                texts.append("".join(parts))
                parts.clear()
        if reader.fault:
            return reader.fault.reason
    return texts


def test_however_texts_are_cut_they_are_read_alike() -> None:
    dice = random.Random(7)
    for _ in range(300):
        texts = [dice.choice(TEXTS).encode() for _ in range(3)]
        if dice.random() < 0.5:
            texts.append(b"\xf0\x90" + dice.choice([b"", b"\xff", b"abc"]))
        stream = b""
        for text in texts:
            cuts = sorted(dice.randrange(len(text) + 1) for _ in range(dice.randrange(4)))
            fragments = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
            for number, fragment in enumerate(fragments):
                opcode = Opcode.CONT if number else Opcode.TEXT
                stream += Frame(opcode, fragment, number == len(fragments) - 1).serialize(mask=True)
        cuts = sorted(dice.randrange(len(stream) + 1) for _ in range(dice.randrange(60)))
        data = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

        wrong = len(texts) == 4
        assert outcome(data) == ("Not UTF-8" if wrong else [text.decode() for text in texts])
