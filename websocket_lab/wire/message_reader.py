"""Joins the fragments of each message, inflates it, and checks its text."""

import codecs
from collections.abc import Iterator

from websocket_lab.wire.frame import KEPT, TEXT
from websocket_lab.wire.inflater import InflateError, Inflater


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
