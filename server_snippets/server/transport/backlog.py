"""The messages that wait for slow clients: bounded per client and in total, with a policy for the excess."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from ..logs import SeldomWarning, log
from .encoded_message import EncodedMessage


# Five thousand people who leave at once are five thousand messages, and still fit.
MAX_MESSAGES = 10_000
MAX_BYTES = 4 * 1024 * 1024
# What an entry in a list takes.
ENTRY = 8


class SlowClients(StrEnum):
    """What happens when more waits for a client than it may have waiting."""

    DISCONNECT = "disconnect"
    DROP_OLDEST = "drop_oldest"
    DROP_NEWEST = "drop_newest"


def nothing() -> None:
    """Do nothing."""


class Backlog:
    """The messages that wait for one client, oldest first."""

    __slots__ = ("dropped", "policy", "_buffered", "_bytes", "_evict", "_memory", "_messages", "_total")

    def __init__(self, policy: SlowClients = SlowClients.DISCONNECT) -> None:
        self.policy = policy
        # Empty nearly always, and there is one for each client: a deque would take 700 bytes more.
        self._messages: list[EncodedMessage] = []
        self._bytes = self._memory = 0
        # What waits outside: in the transport, and what a client that reads nothing has sent meanwhile.
        self._buffered = 0
        self._total: BacklogTotal | None = None
        self._evict: Callable[[], None] = nothing
        # How many messages the policy has dropped.
        self.dropped = 0

    def share(self, total: BacklogTotal, evict: Callable[[], None]) -> None:
        """Count what waits here in a total, which may disconnect the client by `evict`."""
        self._total, self._evict = total, evict

    @property
    def weight(self) -> int:
        """About how many bytes of memory this client takes."""
        return self._memory + self._buffered

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._messages)

    def add(self, message: EncodedMessage) -> bool:
        """Keep a message; return False if the policy is to disconnect a client with so much waiting."""
        self._messages.append(message)
        self._count(message, 1)
        if self._is_full:
            if self.policy is SlowClients.DISCONNECT:
                return False
            self._drop()
        if self._total:
            self._total.note(self)
        self.relieve()
        return True

    def pop(self) -> EncodedMessage:
        """Take the oldest message out."""
        message = self._messages.pop(0)
        self._count(message, -1)
        return message

    def take(self, size: int) -> list[EncodedMessage]:
        """Take out the oldest messages, until they have `size` bytes together."""
        end = 0
        while size > 0 and end < len(self._messages):
            size -= self._messages[end].size
            end += 1
        messages = self._messages[:end]
        del self._messages[:end]
        for message in messages:
            self._count(message, -1)
        return messages

    def take_all(self) -> list[EncodedMessage]:
        """Take everything out."""
        return self.take(self._bytes + 1)

    def note_buffer(self, size: int) -> None:
        """Count what waits for this client outside the backlog."""
        if self._total:
            self._total.bytes += size - self._buffered
            self._buffered = size
            self._total.note(self)

    def relieve(self) -> None:
        """Disconnect the slowest of all clients if too much waits for all of them together."""
        if self._total:
            self._total.relieve()

    def end(self) -> None:
        """Forget everything, and count no more."""
        self.take_all()
        self.note_buffer(0)
        self._total, self._evict = None, nothing

    def evict(self) -> None:
        """Disconnect the client."""
        self._evict()

    def _drop(self) -> None:
        self.dropped += 1
        if self._total:
            self._total.dropped += 1
        if self.policy is SlowClients.DROP_NEWEST:
            self._count(self._messages.pop(), -1)
        else:
            self.pop()
            if self._is_full:
                self._drop()

    def _count(self, message: EncodedMessage, number: int) -> None:
        """Count a message that has come (1) or gone (-1)."""
        self._bytes += number * message.size
        self._memory += number * (message.memory + ENTRY)
        if self._total:
            is_alone = message.waiting == (number < 0)
            self._total.bytes += number * (ENTRY + (message.memory if is_alone else 0))
            message.waiting += number

    @property
    def _is_full(self) -> bool:
        return len(self._messages) > MAX_MESSAGES or self._bytes > MAX_BYTES


class BacklogTotal:
    """What waits for all clients of a server together: beyond its limit, the slowest are disconnected.

    A message that waits for many clients counts once, as it is in memory once.

    Args:
        most: How many bytes may wait; 0 for no limit.
    """

    def __init__(self, most: int) -> None:
        self.bytes = self.dropped = 0
        self._most = most
        self._backlogs: set[Backlog] = set()
        self._warning = SeldomWarning()

    def note(self, backlog: Backlog) -> None:
        """Remember a backlog as long as something waits in it."""
        if backlog.weight:
            self._backlogs.add(backlog)
        else:
            self._backlogs.discard(backlog)

    def relieve(self) -> None:
        """Disconnect the clients with the longest backlogs, as many as necessary."""
        if not 0 < self._most < self.bytes:
            return

        before, evicted = self.bytes, 0
        for backlog in sorted(self._backlogs, key=lambda backlog: backlog.weight, reverse=True):
            if self.bytes <= self._most:
                break
            backlog.evict()
            self._backlogs.discard(backlog)
            evicted += 1
        level, reason = self._warning.next_level(), "Too much waits for slow clients"
        log("evicted", level=level, clients=evicted, bytes=before, limit=self._most, reason=reason)
