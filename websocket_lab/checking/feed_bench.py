"""The bench of the client exercise: the learner's client, and a feed that breaks on purpose."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any, Self

from websocket_lab.checking.bench import LONGEST_DIAGRAM, Bench, call, word
from websocket_lab.checking.client_tasks import ClientTasks
from websocket_lab.checking.event import Event
from websocket_lab.checking.feed_server import CLIENT, FeedServer, Refusal, Visit
from websocket_lab.checking.mismatch import Mismatch, SubjectError
from websocket_lab.checking.timing import Patience
from websocket_lab.server.learner_errors import is_cancelled
from websocket_lab.server.learner_traceback import last_line, learner_traceback
from websocket_lab.server.safe_text import safe_repr
from websocket_lab.server.thread_interrupt import Interrupted
from websocket_lab.tap.sequence_diagram import SequenceDiagram


FIRST = 0.2
LONGEST = 2.0
PATIENCE = 2.5
LOOK = 0.003
MOST_HEARD = 100
NO_CLASS = "check needs the class itself: check({name!r}, ReconnectingClient), and got {came}."


class Play:
    """One client at one feed.

    Attributes:
        feed: The server, with what it saw.
        heard: What the client has handed on.
        has_ended: Whether messages() has come to its end.
    """

    def __init__(self, feed: FeedServer, client: Any) -> None:
        self.feed = feed
        self.client = client
        self.heard: list[Any] = []
        self.has_ended = False
        self.error: BaseException | None = None

    @property
    def ids(self) -> list[Any]:
        """The ids of what the client has handed on."""
        return [event.get("id") if isinstance(event, Mapping) else event for event in self.heard]

    async def listen(self) -> None:
        """Take what the client hands on, until it ends."""
        try:
            async for event in self.client.messages():
                self.heard.append(event)
                if len(self.heard) == MOST_HEARD:
                    # No feed sends so much, and a client that never waits would fill the memory.
                    return
        except BaseException as error:
            self._note(error)
        self.has_ended = True

    async def stop(self) -> None:
        """Ask the client to stop, and give it time to do so."""
        asked = asyncio.ensure_future(self._ask_to_stop())
        await asyncio.sleep(10 * LOOK)
        self.feed.wakes.set()
        await until(lambda: self.has_ended and asked.done())
        asked.cancel()

    async def _ask_to_stop(self) -> None:
        try:
            answer = self.client.stop()
            if isawaitable(answer):
                await answer
        except BaseException as error:
            self._note(error)

    def _note(self, error: BaseException) -> None:
        # Also SystemExit and its like, which would end the check's thread.
        if isinstance(error, Interrupted) or is_cancelled(error):
            raise error
        self.error = self.error or error


class FeedBench(Bench):
    """A client under check."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._errors: list[str] = []
        self._play: Play | None = None
        self._runner = asyncio.Runner()
        self._client_tasks = ClientTasks()

    def __enter__(self) -> Self:
        """Make a loop on which the client and its server live."""
        if not callable(self.subject):
            came = safe_repr(self.subject)
            raise SubjectError(NO_CLASS.format(name="reconnecting_client", came=came))
        loop = self._runner.get_loop()
        loop.set_task_factory(self._client_tasks.made)
        # What a client leaves behind ends with its scene, and need not be told.
        loop.set_exception_handler(lambda *_: None)
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the loop."""
        self._runner.close()

    @property
    def errors(self) -> list[str]:
        """The exceptions that have left the learner's client."""
        return list(self._errors)

    @property
    def task_errors(self) -> list[str]:
        """The exceptions of the client's own tasks that nothing has asked for."""
        return self._client_tasks.errors.tracebacks

    @property
    def has_ended(self) -> bool:
        """Return False: there is no server of the learner's that could end."""
        return False

    def standstill(self) -> str:
        """Return "": there is no server of the learner's that could be blocked."""
        return ""

    def diagram(self, mismatch: Mismatch | None = None) -> SequenceDiagram:
        """Return what the feed saw in the last scene."""
        crossed = self._play.feed.arrows if self._play else []
        hidden = max(0, len(crossed) - LONGEST_DIAGRAM)
        return SequenceDiagram([CLIENT], crossed[hidden:], hidden=hidden)

    def events(self, count: int) -> list[Event]:
        """Return messages whose ids grow, with gaps; none is its message's number in the row."""
        ids = [secrets.randbelow(50) + 2]
        while len(ids) < count:
            ids.append(ids[-1] + 1 + secrets.randbelow(3))
        return [{"type": "message", "id": id, "text": word()} for id in ids]

    def play(
        self,
        events: list[Event],
        *acts: Refusal | Visit,
        enough: Callable[[Play], bool],
        stop: bool = False,
        asleep: bool = False,
    ) -> Play:
        """Return what the client did until it was enough, or until the patience ended.

        Args:
            events: What happens on the feed.
            acts: What the feed does at each attempt.
            enough: Says when the scene is over.
            stop: Whether the client is asked to stop then.
            asleep: Whether the client's waits do not end before that.
        """
        play = self._runner.run(self._scene(events, acts, enough, stop, asleep))
        if play.error is not None:
            self._errors.append(learner_traceback(play.error))
            came = f"It raised {last_line(play.error)}"
            cause = next((cause for sign, cause in SIGNS.items() if sign in came), RAISED)
            raise Mismatch("Your client keeps its exceptions to itself.", came, cause)
        return play

    async def _scene(
        self, events: list[Event], acts: Any, enough: Callable[[Play], bool], stop: bool, asleep: bool
    ) -> Play:
        async with FeedServer(events, acts) as feed:
            if asleep:
                feed.wakes.clear()
            with self._client_tasks.here():
                client = partial(self.subject, feed.url, first=FIRST, longest=LONGEST, sleep=feed.sleep)
                play = self._play = Play(feed, call(client))
                listening = asyncio.ensure_future(play.listen())
                await until(lambda: enough(play) or play.has_ended)
                if stop:
                    await play.stop()
            listening.cancel()
            await self._client_tasks.end()
        return play


NO_CONNECTION = (
    "There is not always a connection: before the first one, and while the client waits, it may be None. "
    "Look before you close it: if self.websocket: …"
)
NO_GENERATOR = "messages() is an async generator: `async def messages(self)`, with `yield` for each message."
SIGNS = {
    "has no attribute 'messages'": NO_GENERATOR,
    "'async for' requires": NO_GENERATOR,
    "'NoneType' object has no attribute": NO_CONNECTION,
}
RAISED = "Whatever ends a connection, or keeps it from opening, is a reason to wait and to try again."


async def until(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds, or when the patience ends."""
    rest = Patience(PATIENCE)
    while not condition() and not rest.is_over:
        await asyncio.sleep(LOOK)


def has_heard(count: int) -> Callable[[Play], bool]:
    """Return a function that says whether so many different messages were handed on."""
    return lambda play: len({str(id) for id in play.ids}) >= count


def has_waited(count: int) -> Callable[[Play], bool]:
    """Return a function that says whether the client has waited so often."""
    return lambda play: len(play.feed.waits) >= count
