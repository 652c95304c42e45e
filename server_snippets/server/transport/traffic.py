"""What has happened on the connections of one process, in numbers that cost nothing until someone asks."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .backlog import BacklogTotal
from .frame_writer import LoopTurn


# RFC 6455, 7.4.1, and our own. A client may close with any of two thousand others, which would all be kept.
KNOWN_CODES = {*range(1000, 1014), 4000, 4001, 4009} - {1004}
# Why a handshake may be rejected.
REASONS = (
    *("origin", "not_accepted", "bad_request", "too_large", "timeout"),
    *("draining", "too_many_connections", "too_many_from_address"),
)


class Traffic:
    """Plain numbers, which `/metrics` reads when it is asked."""

    def __init__(self) -> None:
        # Messages, as the app receives and sends them; those that are fanned out are counted by their loop.
        self.received = self.answered = self.rate_limited = 0
        self._turn: LoopTurn | None = None
        self._fanned_out = 0
        self.opened = 0
        self.closed: Counter[str] = Counter()
        # Handshakes, by a word for the reason.
        self.rejected: Counter[str] = Counter()
        self.backlogs: BacklogTotal | None = None

    def note_end(self, code: int) -> None:
        """Count a connection that has ended."""
        self.closed[str(code) if code in KNOWN_CODES else "other"] += 1

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what the running event loop fans out; it may have served other apps before."""
        self._turn = LoopTurn.of(asyncio.get_running_loop())
        self._fanned_out -= self._turn.sent
        try:
            yield
        finally:
            self._fanned_out += self._turn.sent
            self._turn = None

    @property
    def sent(self) -> int:
        """How many messages went out."""
        return self.answered + self._fanned_out + (self._turn.sent if self._turn else 0)

    @property
    def dropped(self) -> int:
        """How many messages were dropped because their clients read too slowly."""
        return self.backlogs.dropped if self.backlogs else 0

    @property
    def backlog_bytes(self) -> int:
        """How many bytes of memory wait for slow clients."""
        return self.backlogs.bytes if self.backlogs else 0
