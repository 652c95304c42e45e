"""A frame is shown byte by byte, and each field is explained."""

import pytest

from websocket_lab.wire.frame import Frame
from websocket_lab.wire.frame_decoder import FrameDecoder
from websocket_lab.wire.frame_view import show_frame


def frame(data: str, *, from_client: bool = False) -> Frame:
    [only] = FrameDecoder(from_client=from_client).feed(bytes.fromhex(data))
    return only


def test_the_frame_of_the_standard_is_explained_field_by_field() -> None:
    # RFC 6455, 5.7: a masked "Hello".
    shown = show_frame(frame("81 85 37 fa 21 3d 7f 9f 4d 51 58", from_client=True))
    assert shown.text.splitlines() == [
        "client → server: one frame, text, 11 bytes on the wire",
        "Byte  Bits or bytes   Field        Meaning",
        "0     1·······        FIN          this frame ends its message",
        "0     ·0······        RSV1         not used",
        "0     ··0·····        RSV2         not used",
        "0     ···0····        RSV3         not used",
        "0     ····0001        opcode       1: text",
        "1     1·······        MASK         masked, as all that a client sends",
        "1     ·0000101        length       5 bytes of payload",
        "2–5   37 fa 21 3d     masking key  each byte of the payload was XORed with one of these, in turn",
        '6–10  7f 9f 4d 51 58  payload      unmasked: 48 65 6c 6c 6f; UTF-8: "Hello"',
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("82 7e 01 00" + "00" * 256, "126: the length is in the next 2 bytes"),
        ("82 7f 00 00 00 00 00 01 00 00" + "00" * 65_536, "127: the length is in the next 8 bytes"),
        ("82 7e 01 00" + "00" * 256, "2–3    01 00"),
        ("88 05 0f a1 62 61 64", 'close code 4001 (private use), reason "bad"'),
        ("01 03 48 65 6c", "more fragments follow"),
        ("93 00", "✗ reserved opcode 3"),
        ("91 00", "set, but nothing was agreed on for it"),
    ],
)
def test_each_kind_of_frame_is_explained(data: str, words: str) -> None:
    assert words in frame(data).explain().text


def test_the_table_has_header_cells_and_nothing_in_it_can_do_harm() -> None:
    html = frame("81 08" + b"<script>".hex()).explain()._repr_html_()
    assert '<th scope="col">Field</th>' in html and '<th scope="row">opcode</th>' in html
    assert "<script" not in html and "&lt;script&gt;" in html
