"""A message that is encoded once, however many clients receive it."""

import sys
from functools import cached_property

from websockets.frames import Frame, Opcode


# What a message takes besides its text.
OVERHEAD = 350


class EncodedMessage:
    """A text, and the WebSocket frame that carries it (RFC 6455, 5.2)."""

    def __init__(self, text: str) -> None:
        self.text = text
        # How many backlogs it waits in: together they hold it in memory once.
        self.waiting = 0

    @cached_property
    def frame(self) -> bytes:
        """The whole frame, unmasked and uncompressed, as a server may send it to anyone."""
        return Frame(Opcode.TEXT, self.text.encode()).serialize(mask=False)

    @cached_property
    def memory(self) -> int:
        """The number of bytes that it takes with its frame, which is made sooner or later.

        A single emoji makes Python keep four bytes for each letter of the text.
        """
        return sys.getsizeof(self.text) + self.size + OVERHEAD

    @cached_property
    def size(self) -> int:
        """The number of bytes of the text."""
        return len(self.text.encode())
