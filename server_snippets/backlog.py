"""What waits for a client that reads slowly: bounded, with a policy for what is too much."""

from enum import StrEnum

from server_snippets.encoded_message import EncodedMessage


# Five thousand people who leave at once are five thousand messages, and still fit.
MAX_MESSAGES = 10_000
MAX_BYTES = 4 * 1024 * 1024


class SlowClients(StrEnum):
    """What happens when more waits for a client than it may have waiting."""

    DISCONNECT = "disconnect"
    DROP_OLDEST = "drop_oldest"
    DROP_NEWEST = "drop_newest"


class Backlog:
    """The messages that wait for one client, oldest first."""

    __slots__ = ("policy", "_bytes", "_messages")

    def __init__(self, policy: SlowClients = SlowClients.DISCONNECT) -> None:
        self.policy = policy
        # Empty nearly always, and there is one for each client: a deque would take 700 bytes more.
        self._messages: list[EncodedMessage] = []
        self._bytes = 0

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._messages)

    def add(self, message: EncodedMessage) -> bool:
        """Keep a message; return False if the policy is to disconnect a client with so much waiting."""
        self._messages.append(message)
        self._bytes += message.size
        if not self._is_full:
            return True
        if self.policy is SlowClients.DROP_NEWEST:
            self._bytes -= self._messages.pop().size
        while self.policy is SlowClients.DROP_OLDEST and self._is_full:
            self.pop()
        return self.policy is not SlowClients.DISCONNECT

    def pop(self) -> EncodedMessage:
        """Take the oldest message out."""
        message = self._messages.pop(0)
        self._bytes -= message.size
        return message

    def take_all(self) -> list[EncodedMessage]:
        """Take everything out."""
        messages, self._messages = self._messages, []
        self._bytes = 0
        return messages

    def clear(self) -> None:
        """Forget everything."""
        self._messages.clear()
        self._bytes = 0

    @property
    def _is_full(self) -> bool:
        return len(self._messages) > MAX_MESSAGES or self._bytes > MAX_BYTES
