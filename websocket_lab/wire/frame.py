"""One WebSocket frame as it crossed the wire (RFC 6455, 5.2)."""

from dataclasses import dataclass, field
from datetime import datetime

from websocket_lab.display.card import Card
from websocket_lab.display.sequence_arrow import Arrow, Kind
from websocket_lab.wire.frame_view import show_frame
from websocket_lab.wire.frame_words import frame_words


CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
OPCODE_NAMES = {
    CONTINUATION: "continuation",
    TEXT: "text",
    BINARY: "binary",
    CLOSE: "close",
    PING: "ping",
    PONG: "pong",
}
# A payload is kept for showing: of a longer one, its beginning.
KEPT = 2048


@dataclass(slots=True)
class Frame:
    """A frame: its header and the beginning of its payload, and what they mean.

    Args:
        head: The header's 2 to 14 bytes, as they crossed.
        payload: The first 2 KB of the payload, unmasked, but as deflated as it crossed.
        from_client: Whether the client sent it.
        client: The name of the client's lane.
        connection: The number of its connection.
        message_opcode: For a continuation, the opcode of the message that it continues.
        is_deflated: Whether it belongs to a deflated message (RFC 7692).
        message: On a message's last frame, the message: joined, inflated, its first 2 KB.
        message_size: The whole message's size in bytes.
        faults: In which ways the frame breaks the protocol.
    """

    head: bytes
    payload: bytes
    from_client: bool
    client: str = ""
    connection: int = 0
    message_opcode: int = CONTINUATION
    is_deflated: bool = False
    message: str | bytes | None = None
    message_size: int = 0
    faults: tuple[str, ...] = ()
    time: datetime = field(default_factory=datetime.now)

    @property
    def fin(self) -> bool:
        """Whether this is the message's last frame."""
        return bool(self.head[0] & 0x80)

    @property
    def rsv1(self) -> bool:
        """Whether the first reserved bit is set, as on a deflated message's first frame (RFC 7692, 6)."""
        return bool(self.head[0] & 0x40)

    @property
    def rsv2(self) -> bool:
        """Whether the second reserved bit is set."""
        return bool(self.head[0] & 0x20)

    @property
    def rsv3(self) -> bool:
        """Whether the third reserved bit is set."""
        return bool(self.head[0] & 0x10)

    @property
    def opcode(self) -> int:
        """What the frame is, as a number of four bits."""
        return self.head[0] & 0x0F

    @property
    def opcode_name(self) -> str:
        """What the frame is, as a word."""
        return OPCODE_NAMES.get(self.opcode, f"reserved opcode {self.opcode}")

    @property
    def is_reserved(self) -> bool:
        """Whether the opcode means nothing yet."""
        return self.opcode not in OPCODE_NAMES

    @property
    def is_data(self) -> bool:
        """Whether this is a message's frame: text, binary or continuation."""
        return self.opcode <= BINARY

    @property
    def is_control(self) -> bool:
        """Whether this is a control frame, such as close, ping and pong."""
        return self.opcode >= CLOSE

    @property
    def is_masked(self) -> bool:
        """Whether the payload crossed masked, as every client's must."""
        return bool(self.head[1] & 0x80)

    @property
    def mask_key(self) -> bytes:
        """The four bytes that the payload was masked with; empty if it was not."""
        return self.head[-4:] if self.is_masked else b""

    @property
    def length_bits(self) -> int:
        """In how many bits the length is written: 7, 16 or 64."""
        return {126: 16, 127: 64}.get(self.head[1] & 0x7F, 7)

    @property
    def length(self) -> int:
        """How many bytes the header says that the payload has."""
        return payload_length(self.head)

    @property
    def wire_payload(self) -> bytes:
        """The beginning of the payload as it crossed: masked, if it was."""
        return apply_mask(self.payload, self.mask_key)

    @property
    def close_code(self) -> int | None:
        """The close code in a close frame; None if it carries none, or this is another frame."""
        is_coded = self.opcode == CLOSE and len(self.payload) >= 2
        return int.from_bytes(self.payload[:2], "big") if is_coded else None

    @property
    def close_reason(self) -> str:
        """The reason in a close frame; empty if it gives none."""
        return self.payload[2:].decode("utf-8", "replace") if self.opcode == CLOSE else ""

    @property
    def kind(self) -> Kind:
        """Of which kind this is in a diagram."""
        if self.faults:
            return Kind.BAD
        return Kind(OPCODE_NAMES[self.message_opcode if self.opcode == CONTINUATION else self.opcode])

    @property
    def label(self) -> str:
        """What crossed, in a few words."""
        return frame_words(self)

    @property
    def arrow(self) -> Arrow:
        """The frame as an arrow of a sequence diagram."""
        return Arrow(self.client, self.from_client, self.label, self.kind)

    def explain(self) -> Card:
        """Show the frame as its bytes crossed the wire, and what each field says."""
        return show_frame(self)

    def __str__(self) -> str:
        """Return the frame as a line of a diagram's text."""
        return str(self.arrow)


def payload_length(head: bytes) -> int:
    """Return the payload's length from a frame's header."""
    length = head[1] & 0x7F
    size = {126: 2, 127: 8}.get(length, 0)
    return int.from_bytes(head[2 : 2 + size], "big") if size else length


def apply_mask(data: bytes, key: bytes) -> bytes:
    """Return `data` masked with the four bytes of `key`, or unmasked: the same (RFC 6455, 5.3)."""
    if not key or not data:
        return data

    # As one huge number: a loop over the bytes would take fifty times as long.
    mask = (key * (len(data) // 4 + 1))[: len(data)]
    masked = int.from_bytes(data, "big") ^ int.from_bytes(mask, "big")
    return masked.to_bytes(len(data), "big")
