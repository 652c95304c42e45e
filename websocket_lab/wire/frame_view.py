"""A frame to read: its bytes in boxes, its fields in a table, and its payload (RFC 6455, 5.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from websocket_lab.display.card import Card, heading, safe
from websocket_lab.display.sequence_arrow import readable
from websocket_lab.wire.close_words import close_code_meaning


if TYPE_CHECKING:
    from websocket_lab.wire.frame import Frame


STYLE = f"<style>{Path(__file__).with_name('wire_card.css').read_text(encoding='utf-8')}</style>"
MOST_BYTES = 16
COLUMNS = ("Byte", "Bits or bytes", "Field", "Meaning")


@dataclass(frozen=True)
class Field:
    """One field of a frame.

    Args:
        where: In which bytes it stands, counted from 0.
        content: Its bits, or its bytes in hexadecimal.
        name: What the field is called.
        meaning: What its content says.
    """

    where: str
    content: str
    name: str
    meaning: str


def frame_fields(frame: "Frame") -> list[Field]:
    """Return the fields in the order in which they crossed."""
    return [*_first_byte(frame), *_second_byte(frame), *_rest_of_the_head(frame), *_payload(frame)]


def shown_bytes(data: bytes, size: int) -> str:
    """Return the beginning of some bytes in hexadecimal."""
    return data[:MOST_BYTES].hex(" ") + (" …" if size > MOST_BYTES else "")


def _first_byte(frame: "Frame") -> Iterator[Field]:
    rsv1 = "the message is deflated" if frame.is_deflated and frame.rsv1 else _unused(frame.rsv1)
    last = "this frame ends its message" if frame.fin else "more fragments follow"
    yield Field("0", _bits(frame.head[0], 0, 1), "FIN", last)
    yield Field("0", _bits(frame.head[0], 1, 1), "RSV1", rsv1)
    yield Field("0", _bits(frame.head[0], 2, 1), "RSV2", _unused(frame.rsv2))
    yield Field("0", _bits(frame.head[0], 3, 1), "RSV3", _unused(frame.rsv3))
    kind = "reserved, it means nothing yet" if frame.is_reserved else frame.opcode_name
    yield Field("0", _bits(frame.head[0], 4, 4), "opcode", f"{frame.opcode}: {kind}")


def _second_byte(frame: "Frame") -> Iterator[Field]:
    masked = (
        "masked, as all that a client sends" if frame.is_masked else "not masked, as all that a server sends"
    )
    yield Field("1", _bits(frame.head[1], 0, 1), "MASK", masked if _is_right(frame) else masked.split(",")[0])
    length = frame.head[1] & 0x7F
    size = {126: "126: the length is in the next 2 bytes", 127: "127: the length is in the next 8 bytes"}
    yield Field("1", _bits(frame.head[1], 1, 7), "length", size.get(length, f"{_count(length)} of payload"))


def _rest_of_the_head(frame: "Frame") -> Iterator[Field]:
    position = 2
    if frame.length_bits > 7:
        size = frame.length_bits // 8
        written = frame.head[2 : 2 + size].hex(" ")
        yield Field(_span(2, size), written, "long length", f"{_count(frame.length)} of payload")
        position += size
    if frame.is_masked:
        how = "each byte of the payload was XORed with one of these, in turn"
        yield Field(_span(position, 4), frame.mask_key.hex(" "), "masking key", how)


def _payload(frame: "Frame") -> Iterator[Field]:
    if not frame.payload:
        return

    crossed = shown_bytes(frame.wire_payload, frame.length)
    plain = f"unmasked: {shown_bytes(frame.payload, frame.length)}" if frame.is_masked else ""
    meanings = [words for words in (plain, _payload_words(frame)) if words]
    yield Field(_span(len(frame.head), frame.length), crossed, "payload", "; ".join(meanings))


def _payload_words(frame: "Frame") -> str:
    if frame.close_code is not None:
        reason = f', reason "{frame.close_reason}"' if frame.close_reason else ", no reason"
        return f"close code {frame.close_code} ({close_code_meaning(frame.close_code)}){reason}"
    if isinstance(frame.message, str):
        return (
            f'{"the message" if frame.opcode == 0 or frame.is_deflated else "UTF-8"}: "{frame.message[:200]}"'
        )
    return ""


def _bits(byte: int, start: int, count: int) -> str:
    bits = f"{byte:08b}"
    return "·" * start + bits[start : start + count] + "·" * (8 - start - count)


def _span(start: int, size: int) -> str:
    return str(start) if size == 1 else f"{start}–{start + size - 1:,}"


def _count(size: int) -> str:
    return f"{size:,} {'byte' if size == 1 else 'bytes'}"


def _unused(is_set: bool) -> str:
    return "set, but nothing was agreed on for it" if is_set else "not used"


def _is_right(frame: "Frame") -> bool:
    return frame.is_masked == frame.from_client


def show_frame(frame: "Frame") -> Card:
    """Show a frame as its bytes crossed the wire, and what each field says."""
    title = _title(frame)
    fields = frame_fields(frame)
    faults = [f"✗ {fault}" for fault in frame.faults]
    text = "\n".join([title, *faults, *_lines(fields)])
    warning = "".join(f'<p class="wsl-wire-bad">{safe(fault)}</p>' for fault in faults)
    body = f"{STYLE}{heading(title)}{warning}{_boxes(frame)}{_table(fields)}"
    return Card(text, body, title)


def _title(frame: "Frame") -> str:
    client = readable(frame.client or "client")
    way = f"{client} → server" if frame.from_client else f"server → {client}"
    size = len(frame.head) + frame.length
    return f"{way}: one frame, {frame.opcode_name}, {size:,} bytes on the wire"


def _lines(fields: list[Field]) -> list[str]:
    rows = [COLUMNS, *[(field.where, field.content, field.name, readable(field.meaning)) for field in fields]]
    first, second, third = (max(min(len(row[column]), 24) for row in rows) for column in range(3))
    return [f"{row[0]:<{first}}  {row[1]:<{second}}  {row[2]:<{third}}  {row[3]}" for row in rows]


def _boxes(frame: "Frame") -> str:
    head, rest = frame.head[:2], frame.head[2:]
    key = rest[-4:] if frame.is_masked else b""
    long_length = rest[: len(rest) - len(key)]
    boxes = [
        ("FIN … opcode", head[:1].hex()),
        ("MASK, length", head[1:].hex()),
        ("long length", long_length.hex(" ")),
        ("masking key", key.hex(" ")),
        ("payload, masked" if key else "payload", shown_bytes(frame.wire_payload, frame.length)),
    ]
    shown = (
        f"<span><code>{content}</code><small>{name}</small></span>" for name, content in boxes if content
    )
    # The table says the same, and more.
    return f'<div class="wsl-wire-boxes" aria-hidden="true">{"".join(shown)}</div>'


def _table(fields: list[Field]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    rows = "".join(
        f"<tr><td>{field.where}</td><td><code>{field.content}</code></td>"
        f'<th scope="row">{field.name}</th><td>{safe(readable(field.meaning))}</td></tr>'
        for field in fields
    )
    inside = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<table class="wsl-table wsl-wire-table wsl-wire-fields">{inside}</table>'
