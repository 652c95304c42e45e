"""A frame in a few words, for the label of its arrow."""

from typing import TYPE_CHECKING

from websocket_lab.server.safe_text import shortened
from websocket_lab.wire.close_words import close_code_meaning


if TYPE_CHECKING:
    from websocket_lab.wire.frame import Frame


MOST_CHARACTERS = 300
MOST_BYTES = 16


def frame_words(frame: "Frame") -> str:
    """Return what the frame carries, with what is wrong with it in front."""
    if frame.faults:
        what = "" if frame.is_reserved else f"{frame.opcode_name}, "
        return f"{'; '.join(frame.faults)} · {what}{bytes_words(frame.payload, frame.length)}"
    if frame.opcode == 8:
        return close_words(frame.close_code, frame.close_reason)
    if frame.is_control:
        return f"{frame.opcode_name} {frame.payload[:MOST_BYTES].hex(' ')}".strip()
    return _data_words(frame)


def close_words(code: int | None, reason: str) -> str:
    """Return a close frame in words: its code, what that means, and the reason given."""
    if code is None:
        return "close, without a code (1005)"

    words = f"close {code} {close_code_meaning(code)}"
    return f'{words} "{reason}"' if reason else words


def bytes_words(payload: bytes, size: int) -> str:
    """Return the beginning of some bytes in hexadecimal, and how many they are."""
    count = f"{size:,} {'byte' if size == 1 else 'bytes'}"
    if not payload:
        return count
    return f"{count}: {payload[:MOST_BYTES].hex(' ')}{' …' if size > MOST_BYTES else ''}"


def message_words(message: str | bytes, size: int) -> str:
    """Return a message as a person reads it: JSON as it crossed, other text in quotes, bytes in hex."""
    if isinstance(message, bytes):
        return bytes_words(message, size)

    shown = shortened(message, MOST_CHARACTERS)
    is_kept = len(message.encode("utf-8", "replace")) >= size
    is_whole = is_kept and shown == message
    shown = shown if is_kept or shown.endswith("…") else f"{shown}…"
    # JSON has its own quotation marks.
    quoted = shown if message[:1] in ("{", "[") else f'"{shown}"'
    return quoted if is_whole else f"{quoted} ({size:,} bytes)"


def _data_words(frame: "Frame") -> str:
    if frame.fin and frame.opcode:
        return _message_words(frame)
    if frame.fin:
        return f"last fragment, {_fragment_words(frame)}; the message: {_message_words(frame)}"
    return f"{'fragment' if frame.opcode == 0 else 'first fragment'}, {_fragment_words(frame)}"


def _message_words(frame: "Frame") -> str:
    message = b"" if frame.message is None else frame.message
    words = message_words(message, frame.message_size)
    return f"{words} (deflated: {frame.length:,} bytes)" if frame.is_deflated else words


def _fragment_words(frame: "Frame") -> str:
    if frame.message_opcode == 1 and not frame.is_deflated:
        return message_words(frame.payload.decode("utf-8", "replace"), frame.length)
    return bytes_words(frame.payload, frame.length)
