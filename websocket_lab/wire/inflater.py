"""Inflates deflated messages (RFC 7692), a bounded part of each."""

import zlib
from collections.abc import Iterator


PIECE = 65_536
# Far above what a server takes (uvicorn: 16 MiB), so that no honest message is called a bomb.
MOST_BYTES = 32 * 1024 * 1024
# RFC 7692, 7.2.2: a sender leaves these four bytes out at the end of each message.
TAIL = b"\x00\x00\xff\xff"


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
