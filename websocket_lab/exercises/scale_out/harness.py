"""The harness of “Scale out”: three servers, two of them on one broker that counts its subscriptions."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import cycle
from typing import Any, Self

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from websocket_lab.grading.chat_harness import ChatHarness
from websocket_lab.grading.harness import NO_FUNCTION, CheckedServer, all_hear, app_from
from websocket_lab.grading.mismatch import SubjectError
from websocket_lab.grading.simulated_client import Causes, SimulatedClient
from websocket_lab.grading.slow_line import SlowLine
from websocket_lab.grading.timing import Patience


class Handlers:
    """ASGI middleware that knows which handlers wait for their clients.

    Args:
        app: The app whose handlers these are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._working: set[int] = set()

    @property
    def are_waiting(self) -> bool:
        """Whether all handlers wait for their clients; ask from any thread."""
        return not self._working

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        handler = id(scope)

        async def receive_and_work() -> Message:
            self._working.discard(handler)
            try:
                return await receive()
            finally:
                self._working.add(handler)

        self._working.add(handler)
        try:
            await self._app(scope, receive_and_work, send)
        finally:
            self._working.discard(handler)


WELCOME = {
    "nothing": "A newcomer is announced to the whole room, including the newcomer, on all processes: the "
    "process subscribes, and only then publishes. What the broker brings goes to all in the room on this "
    "process.",
    "twice": "It comes twice. The broker brings it back to the process that published it, so send it there "
    "only when it comes; and a process needs one subscription, not one for each connection.",
    "left": "Nobody has left. Announce `left` once, when the connection is over.",
    "closed": "A handler that raises an exception closes its connection. Does yours?",
    "refused": "The chat's address is /ws/chat/{room}/{username}.",
}
ONCE = WELCOME | {
    "nothing": "Publish each message in the room's channel, and pass what comes from there on to everyone "
    "in the room on this process, the speaker too.",
    "message": "Look at the fields: from is the speaker, text what was said.",
    "joined": f"A newcomer is announced once. {WELCOME['twice']}",
}
GOODBYE = {
    "nothing": "Everyone in the room, on all processes, is told when someone leaves or vanishes. Those who "
    "stay still receive the room's messages: unsubscribe only when the last one here has gone.",
    "twice": "Tell it once, when the connection is over.",
    "closed": "An exception has ended the endpoint of somebody who stays.",
}


Deliver = Callable[[str, str], Awaitable[None]]
# Seconds, in turn: who does not wait for one publish before the next finds the order changed.
ON_THE_WAY = (0.008, 0.001)
BETWEEN_LOOKS = 0.005
PATIENCE = 1.5
LONGEST_HOLD = 0.5
ONLY_TEXT = "A broker carries texts: publish(channel, text) needs a str, and got {came!r}. Use json.dumps(…)."
NO_SUBSCRIPTION = "unsubscribe needs what subscribe has returned, and got {came!r}."


class CheckedSubscription:
    """What one process receives of one channel; made on the loop that is to receive it.

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
        """Whether the process has received all that was published."""
        return self._published == self._delivered or self._task.done()

    def put(self, text: str | None) -> None:
        """Let the process receive a text; None is the end. Call it on one thread at a time."""
        self._published += 1
        # A server that was stopped receives nothing more.
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
        await self._until_released()
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
        """Let all who have subscribed to the channel receive a text, the publisher, too."""
        if not isinstance(text, str):
            raise TypeError(ONLY_TEXT.format(came=text))
        with self._text_on_the_way():
            await self._until_released()
            await asyncio.sleep(next(self._delays))
            # With the lock, all subscribers receive all texts in the same order.
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
        """Let whoever subscribes or publishes wait until the end of the block, while others come."""
        self._hold = Patience(LONGEST_HOLD)
        try:
            yield
        finally:
            self._hold = None

    async def _until_released(self) -> None:
        while (hold := self._hold) and not hold.is_over:
            await asyncio.sleep(BETWEEN_LOOKS)

    def count(self, wanted: int | None = None) -> int:
        """Return how many subscriptions the process has, once they are `wanted`, or when patience ends."""
        wait_until(lambda: wanted in (None, len(self._own)))
        return len(self._own)

    @property
    def is_idle(self) -> bool:
        """Whether all processes have received all that was published."""
        return not self._on_the_way and all(subscription.is_idle for subscription in list(self._all))


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, or until patience ends."""
    rest = Patience(PATIENCE)
    while not is_so() and not rest.is_over:
        time.sleep(BETWEEN_LOOKS)


FIRST, SECOND, ELSEWHERE = range(3)
HOMES = {"Ana": FIRST, "Ben": SECOND, "Eve": FIRST}


class OneOfSeveral(CheckedServer):
    """A server under check that tells its errors to the harness, so that they stay in order."""

    def __init__(self, app: ASGIApp, told: list[str]) -> None:
        super().__init__(app)
        self._told = told

    def show(self, error: str) -> None:
        """Tell the harness."""
        self._told.append(error)


class ScaleHarness(ChatHarness):
    """A chat under check that runs as two processes on one broker, and as a third one on another.

    Attributes:
        lines: For each process, its line to the broker.
        homes: The process to which each person connects.
    """

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self.lines = [BrokerLine()]
        self.lines += [BrokerLine(self.lines[0]), BrokerLine()]
        self.homes = dict(HOMES)
        self._servers: list[OneOfSeveral] = []
        self._handlers: list[Handlers] = []
        self._told: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start all servers."""
        if isinstance(self.subject, Starlette):
            raise SubjectError(NO_FUNCTION.format(id="scale_out"))

        with ExitStack() as stack:
            self._handlers = [Handlers(app) for app in map(self._app, self.lines)]
            slow_lines = [SlowLine(handlers) for handlers in self._handlers]
            self._servers = [stack.enter_context(OneOfSeveral(line, self._told)) for line in slow_lines]
            self._stack = stack.pop_all()
        self.server, self._line = self._servers[FIRST], slow_lines[FIRST]
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop all servers."""
        self._stack.close()

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised so far in any process."""
        return list(self._told)

    @property
    def task_errors(self) -> list[str]:
        """The exceptions of the learner's own tasks in any process that nothing has asked for."""
        return [told for server in self._servers for told in server.task_errors.tracebacks]

    @property
    def has_ended(self) -> bool:
        """Whether one of the servers has ended by itself."""
        return any(server.has_ended for server in self._servers)

    def standstill(self) -> str:
        """Return the lines that keep one of the servers from doing anything else, or ""."""
        return next(filter(None, (server.standstill() for server in self._servers)), "")

    def next_step(self) -> None:
        """Forget the people of the last step, and let everyone be at home again."""
        super().next_step()
        self.homes = dict(HOMES)

    def guest(self, name: str, room: str) -> SimulatedClient:
        """Return a person who will join a room, on the process where people of this name are at home."""
        # What is still on its way to a process may be received there by a newcomer.
        wait_until(self._is_calm)
        self.server = self._servers[self.homes[name]]
        return super().guest(name, room)

    def welcome(self, inside: Sequence[SimulatedClient], newcomer: SimulatedClient) -> None:
        """Have everyone told that someone has joined."""
        all_hear(inside, {"type": "joined", "username": newcomer.username}, WELCOME)

    def comes(
        self, name: str, room: str, *inside: SimulatedClient, likely: Causes = WELCOME
    ) -> SimulatedClient:
        """Return a person who has joined a room where others are; all of them have been told."""
        newcomer = self.guest(name, room)
        newcomer.connects(likely)
        all_hear([*inside, newcomer], {"type": "joined", "username": newcomer.username}, likely)
        return newcomer

    def _is_calm(self) -> bool:
        # In this order: a handler that waits has published all that it had to.
        return all(handlers.are_waiting for handlers in self._handlers) and self.lines[FIRST].is_idle

    def _app(self, line: BrokerLine) -> ASGIApp:
        return app_from(partial(self.subject, line) if callable(self.subject) else self.subject)
