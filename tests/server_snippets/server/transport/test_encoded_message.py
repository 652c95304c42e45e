"""A message is encoded once, to the frame that the standard asks for."""

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.streams import StreamReader

from server_snippets.server.transport.encoded_message import EncodedMessage


LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]


def parse(data: bytes) -> Frame:
    """Return the one frame in `data`, read by a library that has not written it."""
    reader = StreamReader()
    reader.feed_data(data)
    with pytest.raises(StopIteration) as end:
        next(Frame.parse(reader.read_exact, mask=False))
    frame: Frame = end.value.value
    return frame


@pytest.mark.parametrize("length", LENGTHS)
def test_the_frame_is_complete_and_carries_the_text(length: int) -> None:
    frame = parse(EncodedMessage("x" * length).frame)

    assert (frame.opcode, frame.fin, frame.rsv1) == (Opcode.TEXT, True, False)
    assert bytes(frame.data) == b"x" * length


@pytest.mark.parametrize(
    ("length", "head"),
    [(125, "817d"), (126, "817e007e"), (65_535, "817effff"), (65_536, "817f0000000000010000")],
)
def test_the_head_is_as_short_as_it_can_be(length: int, head: str) -> None:
    # RFC 6455, 5.2: the minimal number of bytes must be used.
    frame = EncodedMessage("x" * length).frame
    assert frame[: len(frame) - length].hex() == head


@pytest.mark.parametrize("lengths", [range(400), range(65_500, 65_600), [1_000_000]], ids=str)
def test_it_is_byte_for_byte_what_websockets_sends(lengths: list[int]) -> None:
    for length in lengths:
        peer = ServerProtocol(state=State.OPEN)
        peer.send_text(b"x" * length)

        assert EncodedMessage("x" * length).frame == b"".join(peer.data_to_send()), length


def test_the_text_is_utf_8_and_measured_in_bytes() -> None:
    message = EncodedMessage("für 🙂")
    assert message.frame[2:].decode() == "für 🙂"
    assert message.size == 9


def test_a_message_is_encoded_once() -> None:
    message = EncodedMessage("hi")
    assert message.frame is message.frame
