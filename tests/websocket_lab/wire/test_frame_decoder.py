"""The decoder reads everything that `websockets` can encode, however it is cut, and survives the rest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Opcode

from tests.websocket_lab.wire.encoded import Sent, closings, cut, encode, messages
from websocket_lab.display.sequence_arrow import Kind
from websocket_lab.wire.frame import KEPT, Frame
from websocket_lab.wire.frame_decoder import FrameDecoder, Inflater


def decode(data: bytes, *, from_client: bool = True, inflater: Inflater | None = None) -> list[Frame]:
    """Return the frames in some bytes."""
    decoder = FrameDecoder(from_client=from_client, inflater=inflater)
    return [*decoder.feed(data), *decoder.finish()]


def faults(data: bytes, *, from_client: bool = False) -> list[str]:
    """Return what is wrong with the frames in some bytes."""
    return [fault for frame in decode(data, from_client=from_client) for fault in frame.faults]


def beginning(message: str | bytes) -> str | bytes:
    """Return as much of a message as is kept."""
    data = message.encode() if isinstance(message, str) else message
    return data[:KEPT].decode(errors="ignore") if isinstance(message, str) else data[:KEPT]


conversation = st.lists(messages(), max_size=4)
places = st.lists(st.integers(0, 100_000), max_size=8)


@settings(deadline=None)
@given(conversation, closings(), st.booleans(), places)
def test_what_websockets_encodes_is_read_whole(
    said: list[tuple[str | bytes, list[Sent]]], closing: Sent, masked: bool, places: list[int]
) -> None:
    sent = [frame for _, frames in said for frame in frames] + [closing]
    decoder = FrameDecoder(from_client=masked)
    pieces = cut(encode(sent, masked=masked), places)
    read = [frame for piece in pieces for frame in decoder.feed(piece)]

    assert [(frame.opcode, frame.fin, frame.length) for frame in read] == [
        (one.opcode, one.fin, len(one.payload)) for one in sent
    ]
    assert [frame.payload for frame in read] == [one.payload[:KEPT] for one in sent]
    assert [frame.message for frame in read if frame.message is not None] == [beginning(m) for m, _ in said]
    assert [frame.faults for frame in read if frame.faults] == []
    assert not list(decoder.finish())


@settings(deadline=None)
@given(conversation, st.booleans(), st.booleans(), st.sampled_from([9, 12, 15]), places)
def test_deflated_messages_are_inflated(
    said: list[tuple[str | bytes, list[Sent]]], masked: bool, forgets: bool, bits: int, places: list[int]
) -> None:
    deflate = PerMessageDeflate(forgets, forgets, bits, bits)
    sent = [frame for _, frames in said for frame in frames]
    decoder = FrameDecoder(from_client=masked, inflater=Inflater(keeps_context=not forgets))
    pieces = cut(encode(sent, masked=masked, deflate=deflate), places)
    read = [frame for piece in pieces for frame in decoder.feed(piece)]

    assert [frame.message for frame in read if frame.message is not None] == [beginning(m) for m, _ in said]
    assert [frame.faults for frame in read if frame.faults] == []


def test_a_frame_is_read_byte_by_byte() -> None:
    data = encode([Sent(Opcode.TEXT, "Zoë".encode())], masked=True)
    decoder = FrameDecoder(from_client=True)
    read = [decoder.feed(data[place : place + 1]) for place in range(len(data))]
    assert [len(frames) for frames in read] == [0] * (len(data) - 1) + [1]
    assert read[-1][0].message == "Zoë"


@settings(deadline=None)
@given(st.binary(), st.booleans(), st.booleans(), places)
def test_random_bytes_never_raise(noise: bytes, from_client: bool, deflated: bool, places: list[int]) -> None:
    decoder = FrameDecoder(from_client=from_client, inflater=Inflater() if deflated else None)
    read = [frame for piece in cut(noise, places) for frame in decoder.feed(piece)]
    assert all(str(frame) for frame in [*read, *decoder.finish()])


@settings(deadline=None)
@given(st.binary(), st.booleans(), places)
def test_where_random_bytes_are_cut_changes_nothing(
    noise: bytes, from_client: bool, places: list[int]
) -> None:
    decoder = FrameDecoder(from_client=from_client)
    read = [frame for piece in cut(noise, places) for frame in decoder.feed(piece)]
    whole = decode(noise, from_client=from_client)
    assert [str(frame) for frame in [*read, *decoder.finish()]] == [str(frame) for frame in whole]


@pytest.mark.parametrize(("length", "bits"), [(125, 7), (126, 16), (65_535, 16), (65_536, 64)])
def test_the_encoding_of_the_length_is_told(length: int, bits: int) -> None:
    [frame] = decode(encode([Sent(Opcode.BINARY, bytes(length))], masked=False), from_client=False)
    assert (frame.length_bits, frame.length, frame.faults) == (bits, length, ())


def test_the_mask_is_told() -> None:
    [frame] = decode(bytes.fromhex("81 85 37 fa 21 3d 7f 9f 4d 51 58"))
    assert (frame.is_masked, frame.mask_key.hex(), frame.message) == (True, "37fa213d", "Hello")
    assert frame.wire_payload.hex(" ") == "7f 9f 4d 51 58"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("81 00", "unmasked, but from a client"),
        ("83 80 00 00 00 00", "reserved opcode 3"),
        ("8b 80 00 00 00 00", "reserved opcode 11"),
        ("c1 80 00 00 00 00", "RSV1 is set where no deflated message begins"),
        ("a1 80 00 00 00 00", "RSV2 is set"),
        ("91 80 00 00 00 00", "RSV3 is set"),
        ("09 80 00 00 00 00", "a control frame in fragments"),
        ("80 80 00 00 00 00", "nothing to continue"),
        ("81 fe 00 00 00 00 00 00", "length 0 written in 16 bits"),
        ("81 ff 00 00 00 00 00 00 00 00 00 00 00 00", "length 0 written in 64 bits"),
        ("88 81 00 00 00 00 03", "a close payload of one byte"),
        ("88 82 00 00 00 00 03 ed", "close code 1005 may not be sent"),
        ("88 83 00 00 00 00 03 e8 ff", "invalid UTF-8 in the reason"),
        ("81 81 00 00 00 00 ff", "invalid UTF-8"),
        ("81 82 00 00 00 00 41", "cut off: 1 of 2 bytes came"),
        ("81", "cut off in its header: 81"),
    ],
)
def test_what_breaks_the_protocol_is_named(data: str, fault: str) -> None:
    [frame] = decode(bytes.fromhex(data))
    assert frame.faults == (fault,)
    assert frame.kind is Kind.BAD and fault in frame.label


def test_a_masked_frame_from_a_server_is_bad() -> None:
    assert faults(bytes.fromhex("81 80 00 00 00 00")) == ["masked, but from a server"]


def test_a_long_control_frame_is_bad() -> None:
    assert faults(b"\x89\x7e\x00\x7e" + bytes(126)) == ["a control frame of more than 125 bytes"]


def test_a_length_with_the_highest_bit_is_bad() -> None:
    assert "length 9223372036854775808: the highest bit is set" in faults(b"\x82\x7f\x80" + bytes(7))


def test_a_message_inside_a_message_is_bad() -> None:
    assert faults(bytes.fromhex("01 00 81 00")) == ["a new message inside a fragmented one"]


def test_frames_after_the_close_frame_are_bad() -> None:
    assert faults(bytes.fromhex("88 00 81 00")) == ["sent after its close frame"]


def test_after_something_bad_reading_goes_on() -> None:
    read = decode(bytes.fromhex("83 01 ff 81 02 48 69"), from_client=False)
    assert [frame.label for frame in read] == ["reserved opcode 3 · 1 byte: ff", '"Hi"']


def test_a_huge_payload_is_kept_in_part() -> None:
    sent = [Sent(Opcode.TEXT, b"x" * 3_000_000)]
    [frame] = decode(encode(sent, masked=True))
    assert (len(frame.payload), frame.message, frame.message_size) == (KEPT, "x" * KEPT, 3_000_000)
    assert frame.label == '"xxxx…" (3,000,000 bytes)'


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('{"text": "hi"}', '{"text": "hi"}'),
        ("[1, 2]", "[1, 2]"),
        ('"hi"', '""hi""'),
        ("say {this}", '"say {this}"'),
        (f"kite{'.' * 1000}", '"kite....…" (1,004 bytes)'),
    ],
)
def test_json_is_labelled_as_it_crossed_and_a_run_of_one_character_shortened(text: str, label: str) -> None:
    [frame] = decode(encode([Sent(Opcode.TEXT, text.encode())], masked=True))
    assert frame.label == label


def test_of_a_long_message_both_ends_are_shown() -> None:
    text = f'{{"words": {list(range(300))}, "from": "ana"}}'
    [frame] = decode(encode([Sent(Opcode.TEXT, text.encode())], masked=True))
    assert frame.label.startswith('{"words": [0, 1, 2')
    assert frame.label.endswith(f'298, 299], "from": "ana"}} ({len(text):,} bytes)')


def test_a_deflate_bomb_is_not_inflated_to_its_end() -> None:
    deflate = PerMessageDeflate(False, False, 15, 15)
    data = encode([Sent(Opcode.BINARY, bytes(40_000_000))], masked=False, deflate=deflate)
    more = encode([Sent(Opcode.TEXT, b"Hi")], masked=False, deflate=deflate)
    read = decode(data + more, from_client=False, inflater=Inflater())
    lost = ("cannot be inflated: the context was lost",)
    assert [frame.faults for frame in read] == [("inflates to more than 32 MB",), lost]


def test_what_is_not_deflated_is_bad() -> None:
    [frame] = decode(bytes.fromhex("c1 03 ff ff ff"), from_client=False, inflater=Inflater())
    assert frame.faults == ("cannot be inflated",)


@pytest.mark.parametrize(
    ("data", "label"),
    [
        ("82 03 00 ff 10", "3 bytes: 00 ff 10"),
        ("89 04 62 65 61 74", "ping 62 65 61 74"),
        ("8a 00", "pong"),
        ("88 00", "close, without a code (1005)"),
        ("88 02 03 e8", "close 1000 OK"),
        ("88 05 0f a1 62 61 64", 'close 4001 private use "bad"'),
    ],
)
def test_a_frame_is_told_in_a_few_words(data: str, label: str) -> None:
    [frame] = decode(bytes.fromhex(data), from_client=False)
    assert frame.label == label


def test_fragments_are_told_and_joined() -> None:
    read = decode(bytes.fromhex("01 05 47 6f 6f 64 20 80 03 62 79 65"), from_client=False)
    assert [frame.label for frame in read] == [
        'first fragment, "Good "',
        'last fragment, "bye"; the message: "Good bye"',
    ]


def test_a_deflated_message_says_so() -> None:
    data = encode(
        [Sent(Opcode.TEXT, b"Hello")], masked=False, deflate=PerMessageDeflate(False, False, 15, 15)
    )
    [frame] = decode(data, from_client=False, inflater=Inflater())
    assert frame.label == '"Hello" (deflated: 7 bytes)'
