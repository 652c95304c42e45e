"""What a client has received and no code has read yet; what a person's typing brought is kept apart."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


Message = str | bytes

LENGTH = 10_000


class ReceiveQueue:
    """The messages that one client has received and no code has read yet.

    Between two cells a person may type into any panel. What arrives after that answers the person. It can be
    read until code sends, connects or disconnects; from then on `receive()` returns only what came of that.
    Everything here runs on the client loop's thread.
    """

    def __init__(self) -> None:
        # Beside a message that a person's typing brought: how often code had acted when it came.
        self._messages: deque[tuple[Message, int | None]] = deque(maxlen=LENGTH)

    def put(self, message: Message) -> None:
        """Add a message that has just arrived."""
        self._messages.append((message, _acts.of_code if _acts.person_was_last else None))

    def get(self) -> Message:
        """Take out the oldest message; IndexError if there is none."""
        self._drop_typed()
        return self._messages.popleft()[0]

    def clear(self) -> None:
        """Forget all messages."""
        self._messages.clear()

    def __bool__(self) -> bool:
        """Return whether there is a message to read."""
        self._drop_typed()
        return bool(self._messages)

    def _drop_typed(self) -> None:
        while self._messages and self._messages[0][1] not in (None, _acts.of_code):
            self._messages.popleft()


@contextmanager
def by_hand() -> Iterator[None]:
    """Let what is done inside, also on other threads, count as a person's doing."""
    token = _is_by_hand.set(True)
    try:
        yield
    finally:
        _is_by_hand.reset(token)


def note_act() -> None:
    """Note that some client is about to send, connect or disconnect: for a person, or for code."""
    _acts.person_was_last = _is_by_hand.get()
    if not _acts.person_was_last:
        _acts.of_code += 1


class _Acts:
    """Who did something last in this process, and how often it was code."""

    of_code = 0
    person_was_last = False


_acts = _Acts()
_is_by_hand = ContextVar("is_by_hand", default=False)
