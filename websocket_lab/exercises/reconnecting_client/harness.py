"""The harness of “Reconnecting client”: your client, and a feed that breaks on purpose, as a script says."""

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from websocket_lab.display.sequence_diagram import Arrow, Kind, SequenceDiagram
from websocket_lab.grading.event import Event, shown
from websocket_lab.grading.harness import LONGEST_DIAGRAM, Harness, call, word
from websocket_lab.grading.learner_tasks import ClientTasks
from websocket_lab.grading.mismatch import Mismatch, SubjectError
from websocket_lab.grading.timing import Patience
from websocket_lab.server.learner_errors import is_cancelled
from websocket_lab.server.learner_traceback import last_line, learner_traceback
from websocket_lab.server.safe_text import safe_repr
from websocket_lab.server.thread_interrupt import Interrupted


CLIENT = "your client"
# Whoever waits so often in one scene goes round in circles: it may rest.
TOO_OFTEN = 60
GOODBYE_SECONDS = 0.5
QUIET = logging.getLogger(f"{__name__}.quiet")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


@dataclass(frozen=True)
class Refusal:
    """The server answers the handshake with an HTTP status; with 0 it cuts the connection instead."""

    status: int = 503


@dataclass(frozen=True)
class Visit:
    """The server accepts, sends what was missed of the first `upto` events, and ends the connection.

    Args:
        upto: How many events have happened by then.
        close_code: With which code it closes; 0: it cuts; None: it waits until the client leaves.
        overlap: How many events it sends once more, to be on the safe side.
        away: For how many of the client's waits nothing answers afterwards.
    """

    upto: int
    close_code: int | None = None
    overlap: int = 0
    away: int = 0


class FeedServer:
    """One server, and the clock that the client waits by.

    Args:
        events: What happens on the feed, with ids that grow.
        acts: What the server does at each attempt to connect; after the last it does that again.
    """

    def __init__(self, events: Sequence[Event], acts: Sequence[Refusal | Visit]) -> None:
        self.events = events
        self.arrows: list[Arrow] = []
        self.asked: list[str] = []
        self.moments: list[str] = []
        self.waits: list[float] = []
        self.close_codes: list[int | None] = []
        self.wakes = asyncio.Event()
        self.wakes.set()
        self._acts = deque(acts)
        self._now: dict[ServerConnection, Visit] = {}
        self._away = 0
        self._port = 0
        self._server: Server

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        await self._listen()
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        """End all connections, and stop listening."""
        self._server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where the feed is."""
        return f"ws://127.0.0.1:{self._port}/feed"

    async def sleep(self, seconds: float) -> None:
        """Note that the client waits; no time passes."""
        self.waits.append(seconds)
        self.moments.append("wait")
        self._draw(True, f"(waits {seconds:.2f} s)", Kind.FAULT)
        await self.wakes.wait()
        await self._come_back()
        await asyncio.sleep(0 if len(self.waits) < TOO_OFTEN else 60)

    async def _listen(self) -> None:
        self._server = await serve(
            self._visit,
            "127.0.0.1",
            self._port,
            process_request=self._receive,
            compression=None,
            ping_interval=None,
            logger=QUIET,
        )

    async def _come_back(self) -> None:
        if self._away:
            self._away -= 1
            if not self._away:
                await self._listen()

    def _receive(self, connection: ServerConnection, request: Request) -> Response | None:
        act = self._acts.popleft() if len(self._acts) > 1 else self._acts[0]
        self.moments.append("attempt")
        self.asked.append(parse_qs(urlsplit(request.path).query).get("after", [""])[0])
        self._draw(True, f"GET {request.path}", Kind.HTTP)
        if isinstance(act, Visit):
            self._now[connection] = act
            return None
        return self._refuse(connection, act.status)

    def _refuse(self, connection: ServerConnection, status: int) -> Response | None:
        self._draw(False, f"HTTP {status}" if status else "cuts the connection", Kind.FAULT)
        if status:
            return connection.respond(status, "Come back later.\n")
        connection.transport.abort()
        return None

    async def _visit(self, connection: ServerConnection) -> None:
        act = self._now.pop(connection)
        for event in self._missed(act, self.asked[-1]):
            await connection.send(json.dumps(event))
            self._draw(False, shown(event), Kind.TEXT)
        if act.away:
            self._away = act.away
            self._server.close(close_connections=False)
        await self._end(connection, act.close_code)

    def _missed(self, act: Visit, after: str) -> Sequence[Event]:
        last = int(after) if after.isdecimal() else 0
        seen = sum(event["id"] <= last for event in self.events)
        return self.events[max(0, seen - act.overlap) : act.upto]

    async def _end(self, connection: ServerConnection, close_code: int | None) -> None:
        if close_code is None:
            await connection.wait_closed()
            self.close_codes.append(connection.close_code)
            self._draw(True, f"close {connection.close_code}", Kind.CLOSE)
        elif close_code:
            self._draw(False, f"close {close_code}", Kind.CLOSE)
            await connection.close(close_code)
        else:
            self._draw(False, "cuts the connection", Kind.FAULT)
            connection.transport.abort()

    def _draw(self, to_server: bool, label: str, kind: Kind) -> None:
        self.arrows.append(Arrow(CLIENT, to_server, label, kind))


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


class FeedHarness(Harness):
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
