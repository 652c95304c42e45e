"""In which ways a frame breaks the protocol (RFC 6455, 5)."""

from typing import TYPE_CHECKING

from websocket_lab.wire.frame import CLOSE, CONTINUATION, Frame


if TYPE_CHECKING:
    from websocket_lab.wire.message_reader import MessageReader


def head_faults(frame: Frame, message: "MessageReader", is_after_close: bool) -> tuple[str, ...]:
    """Return what is wrong with a frame's header, in words."""
    checks = {
        "sent after its close frame": is_after_close,
        "unmasked, but from a client": frame.from_client and not frame.is_masked,
        "masked, but from a server": frame.is_masked and not frame.from_client,
        f"reserved opcode {frame.opcode}": frame.is_reserved,
        "RSV1 is set where no deflated message begins": frame.rsv1 and not _may_deflate(frame, message),
        "RSV2 is set": frame.rsv2,
        "RSV3 is set": frame.rsv3,
        "a control frame in fragments": frame.is_control and not frame.fin,
        "a control frame of more than 125 bytes": frame.is_control and frame.length > 125,
        "nothing to continue": frame.opcode == CONTINUATION and not message.is_open,
        "a new message inside a fragmented one": frame.opcode in (1, 2) and message.is_open,
        **_length_checks(frame),
    }
    return tuple(words for words, is_so in checks.items() if is_so)


def payload_faults(frame: Frame) -> tuple[str, ...]:
    """Return what is wrong with a close frame's payload, in words."""
    if frame.opcode != CLOSE or not frame.payload:
        return ()
    if frame.close_code is None:
        return ("a close payload of one byte",)

    code_fault = () if _may_be_sent(frame.close_code) else (f"close code {frame.close_code} may not be sent",)
    try:
        frame.payload[2:].decode()
    except UnicodeDecodeError:
        return (*code_fault, "invalid UTF-8 in the reason")
    return code_fault


def _may_deflate(frame: Frame, message: "MessageReader") -> bool:
    return frame.opcode in (1, 2) and message.can_inflate


def _length_checks(frame: Frame) -> dict[str, bool]:
    bits, length = frame.length_bits, frame.length
    return {
        f"length {length} written in {bits} bits": (bits == 16 and length < 126)
        or (bits == 64 and length < 65_536),
        f"length {length}: the highest bit is set": bits == 64 and length >= 2**63,
    }


def _may_be_sent(code: int) -> bool:
    # RFC 6455, 7.4: 1004, 1005, 1006 and 1015 are never in a frame.
    return code in (*range(1000, 1004), *range(1007, 1015)) or 3000 <= code < 5000
