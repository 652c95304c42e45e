"""The way in from one client: websockets' parser, read a few frames at a time, strict and in order."""

import codecs
from collections.abc import Generator

from websockets.exceptions import ProtocolError
from websockets.frames import TEXT, Close, CloseCode, Frame, Opcode
from websockets.server import ServerProtocol
from websockets.streams import StreamReader
from websockets.typing import LoggerLike
from websockets.utils import apply_mask


# A message may have one fragment for each 64 bytes that it may hold, and a few in any case.
FRAGMENT_BYTES, MIN_FRAGMENTS = 64, 16
# The first two bytes of a frame, the longest length, and the mask (RFC 6455, 5.2).
MAX_HEADER = 2 + 8 + 4
MASK = 4
utf8_decoder = codecs.getincrementaldecoder("utf-8")


class TurnReader(StreamReader):
    """The bytes of one client, of which the parser may begin only `frames_left` more frames."""

    frames_left = 1
    # The first bytes of the frame that is being read.
    head = b""

    def at_eof(self) -> Generator[None, None, bool]:
        """Let the parser begin a frame, for which it asks here, or let it wait for the next turn."""
        while not self.frames_left:
            yield
        self.frames_left -= 1
        is_over = yield from super().at_eof()
        self.head = bytes(self.buffer[:MAX_HEADER])
        return is_over

    def feed_data(self, data: bytes | bytearray) -> None:
        """Add bytes; the first of them may complete a header."""
        if len(self.head) < MAX_HEADER:
            self.head += data[: MAX_HEADER - len(self.head)]
        super().feed_data(data)


class FrameReader(ServerProtocol):
    """The parser of one connection.

    It checks each piece of a text as soon as it is there, and bounds the fragments of a message. What a
    client does wrong is only noted in `fault`: the app may still have to answer what came before.

    Args:
        max_size: The longest message in bytes.
        logger: Takes what websockets logs.
    """

    def __init__(self, max_size: int | None, logger: LoggerLike) -> None:
        super().__init__(max_size=max_size, logger=logger)
        self.reader: TurnReader = TurnReader()
        # The parser of the base class has begun to read from the base class's reader.
        self.parser = self.parse()
        next(self.parser)
        self.fault: Close | None = None
        self._fragments = 0
        self._is_text = False
        # For a text that comes in pieces.
        self._decoder: codecs.IncrementalDecoder | None = None
        # How much of an unfinished frame is checked, and its text.
        self._checked, self._checked_text = 0, ""

    def fail(self, code: CloseCode | int, reason: str = "") -> None:
        """Note what the parser has found wrong; it begins no other frame."""
        if self.fault is None:
            self.fault = Close(code, "Not UTF-8" if code == CloseCode.INVALID_DATA else reason)

    def end(self, code: CloseCode | int, reason: str = "") -> None:
        """Queue the close frame after what is to be sent, and discard everything received from now on."""
        super().fail(code, reason)

    def recv_frame(self, frame: Frame) -> None:
        """Check a frame, and pass it on: a text frame with its text in place of its bytes."""
        if frame.opcode is TEXT and frame.fin and self.current_size is None and self._decoder is None:
            # Nearly every frame: a whole text, of which nothing has been checked before.
            frame.data = str(frame.data, "utf-8")  # type: ignore[assignment]
            return super().recv_frame(frame)

        if frame.opcode is Opcode.CLOSE:
            # It may come in the middle of a message (RFC 6455, 5.4), which websockets takes for a fault.
            self.current_size = None
        text = self._text_of(frame)
        super().recv_frame(frame)
        if text is not None:
            frame.data = text  # type: ignore[assignment]
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._count_fragment(frame.fin)

    def check_unfinished(self) -> None:
        """Check what is there of a text frame, so that a fault is found before its end."""
        reader = self.reader
        if not (reader.frames_left and reader.buffer) or self.fault is not None:
            # The bytes are not part of a frame that has begun.
            return

        header = header_size(reader.head)
        if len(reader.head) < header or not self._has_text(Opcode(reader.head[0] & 0x0F)):
            return

        shift = self._checked % MASK
        mask = reader.head[header - MASK : header]
        piece = apply_mask(reader.buffer[self._checked :], mask[shift:] + mask[:shift])
        self._decoder = self._decoder or utf8_decoder()
        try:
            self._checked_text += self._decoder.decode(piece)
        except UnicodeDecodeError:
            self.fail(CloseCode.INVALID_DATA)
        self._checked += len(piece)

    def _has_text(self, opcode: Opcode) -> bool:
        if opcode is Opcode.CONT:
            return self.current_size is not None and self._is_text
        return opcode is Opcode.TEXT and self.current_size is None

    def _text_of(self, frame: Frame) -> str | None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY) and self.current_size is None:
            self._is_text = frame.opcode is Opcode.TEXT
        if not self._has_text(frame.opcode):
            return None

        if self._decoder is None:
            if frame.fin:
                return str(frame.data, "utf-8")
            self._decoder = utf8_decoder()
        text = self._checked_text + self._decoder.decode(bytes(frame.data[self._checked :]), frame.fin)
        self._checked, self._checked_text = 0, ""
        if frame.fin:
            self._decoder = None
        return text

    def _count_fragment(self, is_last: bool) -> None:
        self._fragments = 0 if is_last else self._fragments + 1
        if self._fragments > max(MIN_FRAGMENTS, (self.max_message_size or 2**24) // FRAGMENT_BYTES):
            self.fail(CloseCode.POLICY_VIOLATION, "Too many fragments")
            raise ProtocolError("too many fragments")


def header_size(head: bytes) -> int:
    """Return the size of the header of a client's frame, of which at least two bytes must be known."""
    if len(head) < 2:
        return MAX_HEADER
    return {126: 4, 127: 10}.get(head[1] & 0x7F, 2) + MASK
