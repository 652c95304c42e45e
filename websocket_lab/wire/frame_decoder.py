"""Reads frames from whatever bytes come, joins and inflates messages, and never gives up."""

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import replace

from websocket_lab.wire.frame import BINARY, CLOSE, CONTINUATION, KEPT, TEXT, Frame, apply_mask
from websocket_lab.wire.http import HttpHead


PIECE = 65_536
# Far above what a server takes (uvicorn: 16 MiB), so that no honest message is called a bomb.
MOST_BYTES = 32 * 1024 * 1024
# RFC 7692, 7.2.2: a sender leaves these four bytes out at the end of each message.
TAIL = b"\x00\x00\xff\xff"
FIN = 0x80


class InflateError(ValueError):
    """A message cannot be inflated; the words say why."""


class Inflater:
    """One direction's messages, inflated one after the other.

    Args:
        keeps_context: Whether a message may refer back to the ones before it.
    """

    def __init__(self, keeps_context: bool = True) -> None:
        self._keeps_context = keeps_context
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self._size = 0
        self._is_lost = False

    def inflate(self, data: bytes) -> Iterator[bytes]:
        """Yield what the next bytes of a message mean, in pieces.

        Raises:
            InflateError: They are no deflated bytes, or far too much comes out of them.
        """
        if self._is_lost:
            raise InflateError("cannot be inflated: the context was lost")
        try:
            yield from self._pieces(data)
        except zlib.error:
            self._is_lost = True
            raise InflateError("cannot be inflated") from None

    def end(self) -> Iterator[bytes]:
        """Yield the rest of a message, and be ready for the next one."""
        try:
            yield from self.inflate(TAIL)
        finally:
            self._size = 0
            if self._stream.eof or not self._keeps_context:
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
                self._is_lost = False

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        while data and not self._stream.eof:
            piece = self._stream.decompress(data, PIECE)
            data = self._stream.unconsumed_tail
            self._size += len(piece)
            if self._size > MOST_BYTES:
                self._is_lost = True
                raise InflateError(f"inflates to more than {MOST_BYTES // 2**20} MB")
            yield piece


def inflater(response: HttpHead, *, from_client: bool) -> Inflater | None:
    """Return what inflates one side's messages, or None where permessage-deflate was not agreed on."""
    for extension in response.header("Sec-WebSocket-Extensions").split(","):
        name, *parameters = (part.strip().lower() for part in extension.split(";"))
        if name == "permessage-deflate":
            side = "client" if from_client else "server"
            return Inflater(keeps_context=f"{side}_no_context_takeover" not in parameters)
    return None


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


class MessageReader:
    """The message that one direction is in the middle of; of a long one it keeps the beginning.

    Args:
        inflater: What inflates deflated messages; None where permessage-deflate was not agreed on.
    """

    def __init__(self, inflater: Inflater | None = None) -> None:
        self.opcode = 0
        self.size = 0
        self.is_deflated = False
        self._inflater = inflater
        self._kept = bytearray()
        self._fault = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    @property
    def can_inflate(self) -> bool:
        """Whether permessage-deflate was agreed on."""
        return self._inflater is not None

    @property
    def is_open(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self.opcode)

    def begin(self, opcode: int, is_deflated: bool) -> None:
        """Begin a message of the opcode 1 (text) or 2 (binary)."""
        self.opcode, self.is_deflated = opcode, is_deflated and self.can_inflate
        self.size, self._fault = 0, ""
        self._kept.clear()
        self._decoder.reset()

    def add(self, piece: bytes) -> None:
        """Take the next bytes of the message, unmasked."""
        if self.is_deflated and self._inflater:
            self._inflate(self._inflater.inflate(piece))
        else:
            self._take(piece)

    def end(self) -> tuple[str | bytes, list[str]]:
        """End the message; return its beginning, and what is wrong with it."""
        if self.is_deflated and self._inflater:
            self._inflate(self._inflater.end())
        if self.opcode == TEXT:
            self._check(b"", is_last=True)
        faults = [self._fault] if self._fault else []
        # What is cut in the middle of a character loses that character.
        how = "replace" if faults else "ignore"
        message = self._kept.decode("utf-8", how) if self.opcode == TEXT else bytes(self._kept)
        self.opcode = 0
        return message, faults

    def _inflate(self, pieces: Iterator[bytes]) -> None:
        try:
            for piece in pieces:
                self._take(piece)
        except InflateError as error:
            self._fault = self._fault or str(error)

    def _take(self, piece: bytes) -> None:
        self.size += len(piece)
        if len(self._kept) < KEPT:
            self._kept += piece[: KEPT - len(self._kept)]
        if self.opcode == TEXT:
            self._check(piece)

    def _check(self, piece: bytes, *, is_last: bool = False) -> None:
        if self._fault:
            return

        try:
            self._decoder.decode(piece, is_last)
        except UnicodeDecodeError:
            self._fault = "invalid UTF-8"


class FrameDecoder:
    """The frames that one side sends.

    Args:
        from_client: Whether the side is the client.
        inflater: What inflates deflated messages; None where permessage-deflate was not agreed on.
    """

    def __init__(self, *, from_client: bool, inflater: Inflater | None = None) -> None:
        self.has_closed = False
        # A length of at most 125 bytes and, from a client, a mask.
        self._short_head = 6 if from_client else 2
        self._from_client = from_client
        self._message = MessageReader(inflater)
        self._rest = b""
        self._frame: Frame | None = None
        self._missing = 0
        self._payload = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that are complete with `data`."""
        return list(self._frames(data))

    def finish(self) -> Iterator[Frame]:
        """Yield the frame that the connection's end cuts off, if there is one."""
        if self._frame:
            came = self._frame.length - self._missing
            frame, self._frame = self._frame, None
            cut_off = f"cut off: {came:,} of {frame.length:,} bytes came"
            yield replace(frame, payload=bytes(self._payload), faults=(*frame.faults, cut_off))
        elif self._rest:
            # Two bytes at least, so that the header's fields can be read.
            yield self._unfinished_head()

    def _frames(self, data: bytes) -> Iterator[Frame]:
        data = self._rest + data if self._rest else data
        position = 0
        while self._frame or (size := head_size(data, position)):
            if not self._frame:
                if frame := self._short_message(data, position, size):
                    position += size + frame.message_size
                    yield frame
                    continue
                self._begin(data[position : position + size])
                position += size
            position += self._take(data[position : position + self._missing])
            if self._missing:
                break
            yield self._end()
        self._rest = data[position:]

    def _short_message(self, data: bytes, position: int, size: int) -> Frame | None:
        """Return a short message in one frame, as nearly all are, in a fifth of the time."""
        is_usual = data[position] in (FIN | TEXT, FIN | BINARY) and size == self._short_head
        if not is_usual or self._message.is_open or self.has_closed:
            return None

        end = position + size + (data[position + 1] & 0x7F)
        payload = apply_mask(data[position + size : end], data[position + 2 : position + size])
        try:
            message = payload.decode() if data[position] == FIN | TEXT else payload
        except UnicodeDecodeError:
            return None
        if len(data) < end:
            return None
        head = data[position : position + size]
        return Frame(head, payload, self._from_client, message=message, message_size=len(payload))

    def _begin(self, head: bytes) -> None:
        frame = Frame(head, b"", self._from_client)
        frame.faults = head_faults(frame, self._message, self.has_closed)
        if frame.opcode in (1, 2):
            self._message.begin(frame.opcode, frame.rsv1)
        if frame.is_data:
            frame.message_opcode, frame.is_deflated = self._message.opcode, self._message.is_deflated
        self._missing = frame.length
        self._payload.clear()
        self._frame = frame

    def _take(self, masked: bytes) -> int:
        frame = self._frame
        assert frame is not None
        # The key goes round once in four bytes: a later piece begins somewhere inside of it.
        shift = (frame.length - self._missing) % 4
        piece = apply_mask(masked, frame.mask_key[shift:] + frame.mask_key[:shift])
        if len(self._payload) < KEPT:
            self._payload += piece[: KEPT - len(self._payload)]
        if self._message.is_open and frame.is_data:
            self._message.add(piece)
        self._missing -= len(piece)
        return len(piece)

    def _end(self) -> Frame:
        frame, self._frame = self._frame, None
        assert frame is not None
        frame.payload = bytes(self._payload)
        frame.faults += payload_faults(frame)
        if frame.fin and frame.is_data and self._message.is_open:
            frame.message, faults = self._message.end()
            frame.message_size = self._message.size
            frame.faults += tuple(faults)
        self.has_closed |= frame.opcode == CLOSE
        return frame

    def _unfinished_head(self) -> Frame:
        head = self._rest.ljust(2, b"\x00")
        words = f"cut off in its header: {self._rest.hex(' ')}"
        self._rest = b""
        return Frame(head, b"", self._from_client, faults=(words,))


def head_size(data: bytes, position: int) -> int:
    """Return the size of the frame header that stands at `position`, or 0 while it is not complete."""
    if len(data) < position + 2:
        return 0

    second = data[position + 1]
    size = 2 + {126: 2, 127: 8}.get(second & 0x7F, 0) + (4 if second & 0x80 else 0)
    return size if len(data) >= position + size else 0
