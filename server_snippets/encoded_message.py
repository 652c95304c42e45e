"""A message that is encoded once, however many clients receive it."""

from functools import cached_property

from websockets.frames import Frame, Opcode


class EncodedMessage:
    """A text, and the WebSocket frame that carries it (RFC 6455, 5.2)."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def frame(self) -> bytes:
        """The whole frame, unmasked and uncompressed, as a server may send it to anyone."""
        return Frame(Opcode.TEXT, self.text.encode()).serialize(mask=False)

    @cached_property
    def size(self) -> int:
        """The number of bytes of the text."""
        return len(self.text.encode())
