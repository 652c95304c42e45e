"""Frames as the library `websockets` encodes them: what our decoder must read."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from websockets import frames
from websockets.extensions.permessage_deflate import PerMessageDeflate


@dataclass(frozen=True)
class Sent:
    """One frame that a peer sends: an opcode, a payload, and whether it is the last of its message."""

    opcode: frames.Opcode
    payload: bytes
    fin: bool = True


def encode(sent: Sequence[Sent], *, masked: bool, deflate: PerMessageDeflate | None = None) -> bytes:
    """Return the bytes that cross the wire."""
    extensions = [deflate] if deflate else []
    return b"".join(
        frames.Frame(one.opcode, one.payload, fin=one.fin).serialize(mask=masked, extensions=extensions)
        for one in sent
    )


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Return `data` in pieces, cut at these places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in zip(ends, ends[1:], strict=False)]


def messages() -> st.SearchStrategy[tuple[str | bytes, list[Sent]]]:
    """Generate a message with the frames that carry it, with control frames in between."""
    contents = st.one_of(st.text(max_size=200), st.binary(max_size=200), st.just("x" * 70_000))
    return st.tuples(contents, st.lists(st.integers(0, 300), max_size=3), st.booleans()).map(_fragmented)


def closings() -> st.SearchStrategy[Sent]:
    """Generate a close frame."""
    codes = st.sampled_from([1000, 1001, 1011, 3000, 4001])
    coded = st.builds(
        lambda code, reason: frames.Close(code, reason).serialize(), codes, st.text(max_size=30)
    )
    return st.builds(Sent, st.just(frames.Opcode.CLOSE), st.one_of(coded, st.just(b"")))


def _fragmented(drawn: tuple[str | bytes, list[int], bool]) -> tuple[str | bytes, list[Sent]]:
    content, places, with_ping = drawn
    data = content.encode() if isinstance(content, str) else content
    first = frames.Opcode.TEXT if isinstance(content, str) else frames.Opcode.BINARY
    pieces = cut(data, places) or [b""]
    sent = [
        Sent(frames.Opcode.CONT if number else first, piece, number == len(pieces) - 1)
        for number, piece in enumerate(pieces)
    ]
    ping = [Sent(frames.Opcode.PING, b"beat"), Sent(frames.Opcode.PONG, b"")]
    return content, [*sent[:1], *(ping if with_ping else []), *sent[1:]]
