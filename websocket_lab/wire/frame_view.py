"""A frame to read: its bytes in boxes, and each field of it in a table."""

from typing import TYPE_CHECKING

from websocket_lab.tap.sequence_arrow import readable
from websocket_lab.widgets.card import Card, heading, safe
from websocket_lab.wire.frame_fields import Field, frame_fields, shown_bytes
from websocket_lab.wire.wire_style import STYLE


if TYPE_CHECKING:
    from websocket_lab.wire.frame import Frame


COLUMNS = ("Byte", "Bits or bytes", "Field", "Meaning")


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
