"""One direction of a connection through the tap: what comes in goes out, unless a fault is in its way."""

import asyncio
from collections import deque
from collections.abc import Callable

from websocket_lab.client.tcp_reset import reset
from websocket_lab.wire.connection import How
from websocket_lab.wire.fault_book import Conditions


# What a frozen or delayed wire takes in before it stops reading; behind it, TCP's own buffers fill.
MOST_HELD = 262_144
BETWEEN_PIECES = 0.001

Item = bytes | How


class Flow:
    """Passes bytes, and the end, from one side's transport to the other's.

    Args:
        passes: Called with what is passed on, before the target can have it.
        passed: Called with the same, after that.
    """

    def __init__(self, passes: Callable[[Item], None], passed: Callable[[Item], None]) -> None:
        self.source: asyncio.Transport | None = None
        self.target: asyncio.Transport | None = None
        self.has_ended = False
        self.has_passed = False
        self._passes = passes
        self._passed = passed
        self._conditions = Conditions()
        self._allowance: int | None = None
        self._held: deque[tuple[float, Item]] = deque()
        self._held_size = 0
        self._is_target_full = False
        self._reads = True
        self._source_has_ended = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether a fault keeps everything back."""
        return self._conditions.is_frozen

    def take(self, item: Item) -> None:
        """Pass `item` on now, or as soon as that is possible."""
        self._source_has_ended |= not isinstance(item, bytes)
        if not self._held and self.target and self._conditions.are_clear:
            self._pass_on(item)
            return

        self._hold(item, asyncio.get_running_loop().time() + self._conditions.delay)
        self.pump()

    def suffer(self, conditions: Conditions) -> None:
        """Be under these conditions from now on."""
        order = conditions.drop_after
        if order is not self._conditions.drop_after:
            self._allowance = None if order is None or order.value is None else int(order.value)
        self._conditions = conditions
        self.pump()

    def pump(self) -> None:
        """Pass on what is held and may go."""
        while self._held and self.target and not self._conditions.is_frozen and not self._is_target_full:
            due, item = self._held[0]
            if due > asyncio.get_running_loop().time():
                self._pump_at(due)
                break
            self._release(item)
        self._read_or_not()

    def mark_full(self, is_full: bool) -> None:
        """Read no more while the target takes no more: that is how backpressure is passed on."""
        self._is_target_full = is_full
        self.pump()

    def stop(self) -> None:
        """Pass nothing on any more."""
        self.has_ended = True
        self.target = None
        self._held.clear()
        if self._timer:
            self._timer.cancel()

    def _hold(self, item: Item, due: float) -> None:
        self._held.append((due, item))
        self._held_size += len(item)

    def _release(self, item: Item) -> None:
        self._held.popleft()
        self._held_size -= len(item)
        size = self._conditions.split
        if isinstance(item, bytes) and size and len(item) > size:
            self._held_size += len(item) - size
            self._held.appendleft((asyncio.get_running_loop().time() + BETWEEN_PIECES, item[size:]))
            item = item[:size]
        self._pass_on(item)

    def _pass_on(self, item: Item) -> None:
        if isinstance(item, bytes) and self._allowance is not None:
            item = item[: self._allowance]
            self._allowance -= len(item)
        # After the end in order there can be a reset, but nothing else.
        if self.target is None or not item or (self.has_ended and item != "RST"):
            return

        self._passes(item)
        self._send(self.target, item)
        self._passed(item)

    def _send(self, target: asyncio.Transport, item: Item) -> None:
        self.has_passed = True
        if isinstance(item, bytes):
            target.write(item)
            return

        self.has_ended = True
        if item == "RST":
            reset(target)
        elif not target.is_closing():
            target.write_eof()

    def _pump_at(self, due: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due, self.pump)

    def _read_or_not(self) -> None:
        reads = not self._is_target_full and self._held_size < MOST_HELD
        if reads == self._reads or self.source is None or self._source_has_ended:
            return

        self._reads = reads
        self.source.resume_reading() if reads else self.source.pause_reading()
