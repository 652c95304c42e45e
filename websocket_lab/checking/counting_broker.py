"""The broker of a check: it carries texts between servers, takes its time, and counts subscriptions."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle

from websocket_lab.checking.timing import Patience


Deliver = Callable[[str, str], Awaitable[None]]
# Seconds, in turn: who does not wait for one publish before the next finds the order changed.
ON_THE_WAY = (0.008, 0.001)
BETWEEN_LOOKS = 0.005
PATIENCE = 1.5
LONGEST_HOLD = 0.5
ONLY_TEXT = "A broker carries texts: publish(channel, text) needs a str, and got {came!r}. Use json.dumps(…)."
NO_SUBSCRIPTION = "unsubscribe needs what subscribe has returned, and got {came!r}."


class CheckedSubscription:
    """What one process hears of one channel; made on the loop that is to hear it.

    Args:
        channel: The channel's name.
        deliver: Called with the channel and a text, for one text after the other.
    """

    def __init__(self, channel: str, deliver: Deliver) -> None:
        self.channel = channel
        self._deliver = deliver
        # Each is changed on one thread at a time, so that both together can be trusted.
        self._published = self._delivered = 0
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._read())
        self._task.add_done_callback(self._report)

    @property
    def is_idle(self) -> bool:
        """Whether the process has heard all that was published."""
        return self._published == self._delivered or self._task.done()

    def put(self, text: str | None) -> None:
        """Let the process hear a text; None is the end. Call it on one thread at a time."""
        self._published += 1
        # A server that was stopped hears nothing more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._texts.put_nowait, text)

    async def _read(self) -> None:
        while (text := await self._texts.get()) is not None:
            await asyncio.sleep(ON_THE_WAY[-1])
            await self._deliver(self.channel, text)
            self._delivered += 1

    def _report(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._loop.call_exception_handler({"message": "deliver failed", "exception": error})


class BrokerLine:
    """The broker as one process sees it; lines that share a lock and a set are connected."""

    def __init__(self, connected: "BrokerLine | None" = None) -> None:
        self._all: set[CheckedSubscription] = connected._all if connected else set()
        self._lock: threading.Lock = connected._lock if connected else threading.Lock()
        # One for each text that a process has given to the broker, and no subscription has yet.
        self._on_the_way: set[object] = connected._on_the_way if connected else set()
        self._own: set[CheckedSubscription] = set()
        self._delays = cycle(ON_THE_WAY)
        self._hold: Patience | None = None

    async def subscribe(self, channel: str, deliver: Deliver) -> CheckedSubscription:
        """Have `deliver` called with the channel and each text that is published there from now on."""
        await asyncio.sleep(ON_THE_WAY[0])
        while self._hold and not self._hold.is_over:
            await asyncio.sleep(BETWEEN_LOOKS)
        subscription = CheckedSubscription(channel, deliver)
        with self._lock:
            self._all.add(subscription)
            self._own.add(subscription)
        return subscription

    async def unsubscribe(self, subscription: CheckedSubscription) -> None:
        """End a subscription."""
        if not isinstance(subscription, CheckedSubscription):
            raise TypeError(NO_SUBSCRIPTION.format(came=subscription))
        await asyncio.sleep(ON_THE_WAY[0])
        with self._lock:
            self._all.discard(subscription)
            self._own.discard(subscription)
            subscription.put(None)

    async def publish(self, channel: str, text: str) -> None:
        """Let all who have subscribed to the channel hear a text, the publisher, too."""
        if not isinstance(text, str):
            raise TypeError(ONLY_TEXT.format(came=text))
        with self._text_on_the_way():
            await asyncio.sleep(next(self._delays))
            # With the lock, all subscribers hear all texts in the same order.
            with self._lock:
                for subscription in self._all:
                    if subscription.channel == channel:
                        subscription.put(text)

    @contextmanager
    def _text_on_the_way(self) -> Iterator[None]:
        text = object()
        self._on_the_way.add(text)
        try:
            yield
        finally:
            self._on_the_way.discard(text)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let whoever subscribes wait until the end of the block, so that others come meanwhile."""
        self._hold = Patience(LONGEST_HOLD)
        try:
            yield
        finally:
            self._hold = None

    def count(self, wanted: int | None = None) -> int:
        """Return how many subscriptions the process has, once they are `wanted`, or when patience ends."""
        wait_until(lambda: wanted in (None, len(self._own)))
        return len(self._own)

    @property
    def is_idle(self) -> bool:
        """Whether all processes have heard all that was published."""
        return not self._on_the_way and all(subscription.is_idle for subscription in list(self._all))


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, or until patience ends."""
    rest = Patience(PATIENCE)
    while not is_so() and not rest.is_over:
        time.sleep(BETWEEN_LOOKS)
