"""The harness of a check: the learner's server, and the people who talk to it."""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from inspect import iscoroutine
from typing import Any, ClassVar, Self

from starlette.applications import Starlette
from starlette.types import ASGIApp

from websocket_lab.display.sequence_diagram import SequenceDiagram
from websocket_lab.grading.event import Event
from websocket_lab.grading.learner_tasks import TaskErrors
from websocket_lab.grading.mismatch import Mismatch, SubjectError
from websocket_lab.grading.simulated_client import Causes, SimulatedClient
from websocket_lab.grading.slow_line import SlowLine
from websocket_lab.grading.wire_log import crossed, marked
from websocket_lab.server.background_server import BackgroundServer
from websocket_lab.server.learner_traceback import learner_traceback
from websocket_lab.server.safe_text import safe_repr
from websocket_lab.server.thread_interrupt import Interrupted


LONGEST_DIAGRAM = 30
NO_FUNCTION = "check needs the function itself: check({id!r}, make_app), without brackets after make_app."
ASYNC = "make_app() is not awaited: write `def make_app()` instead of `async def`."
NO_APP = "make_app() must return a FastAPI app, and it returned {came}. Is a `return` missing?"


class CheckedServer(BackgroundServer):
    """A background server that keeps its handlers' exceptions for the verdict instead of printing them.

    Attributes:
        task_errors: What the app's own tasks raised.
    """

    # The check learns of them by itself.
    tells_forgotten_awaits = False

    def __init__(self, app: ASGIApp) -> None:
        self.task_errors = TaskErrors()
        super().__init__(self.task_errors.watch(app))

    @property
    def has_ended(self) -> bool:
        """Whether the server has stopped serving before it was told to."""
        return self._thread is not None and not self._thread.is_serving

    def show(self, error: str) -> None:
        """Print nothing."""

    def stop(self) -> None:
        """Stop the server, also one whose handler never ends."""
        if self._thread is not None and self.standstill(0.1):
            self._thread.interrupt()
        super().stop()

    def warn_of_standstill(self) -> None:
        """Say nothing: the verdict has said it."""


class Harness:
    """The learner's server under check; a step gets it and brings people to it.

    Args:
        subject: What was passed to `check`: for a server, a function that returns a new app.
    """

    # The types of the messages that the exercise is about; people pass over all others. None if
    # every message counts.
    vocabulary: ClassVar[Collection[str] | None] = frozenset()

    def __init__(self, subject: Any) -> None:
        self.subject = subject
        self.server: CheckedServer
        self.people: list[SimulatedClient] = []
        self._told_errors = 0
        self._is_in_scene = False

    def __enter__(self) -> Self:
        """Start the learner's server."""
        self._line = SlowLine(app_from(self.subject))
        self.server = CheckedServer(self._line).start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop it, and with it all connections."""
        self.server.stop()

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised so far, cut to the learner's lines."""
        return list(self.server.errors)

    @property
    def new_errors(self) -> list[str]:
        """The exceptions since this step began, or the scene that it looks at."""
        return self.errors[self._told_errors :]

    @property
    def task_errors(self) -> list[str]:
        """What the learner's own tasks raised and nothing has asked for, cut to the learner's lines."""
        return self.server.task_errors.tracebacks

    @property
    def has_ended(self) -> bool:
        """Whether the server has ended by itself, as `sys.exit()` in a task makes it do."""
        return self.server.has_ended

    def standstill(self) -> str:
        """Return the learner's lines that keep the server from doing anything else, or "" if none do."""
        return self.server.standstill()

    def diagram(self, mismatch: Mismatch | None = None) -> SequenceDiagram:
        """Return what the people of this step sent and received, with a mark at what was wrong."""
        arrows = marked(crossed(person.wire for person in self.people), mismatch)
        hidden = max(0, len(arrows) - LONGEST_DIAGRAM)
        return SequenceDiagram([person.name for person in self.people], arrows[hidden:], hidden=hidden)

    def next_step(self) -> None:
        """Forget the people of the last step; they stay connected and say no more."""
        self.people = []
        if not self._is_in_scene:
            self._told_errors = len(self.errors)

    def begin_scene(self) -> None:
        """From now on, each step looks at the same scene: what is raised in it belongs to all of them."""
        self._is_in_scene = True
        self._told_errors = len(self.errors)

    def person(self, path: str, name: str, username: str = "", **connect_options: Any) -> SimulatedClient:
        """Return a person who will connect to `path` of the learner's server."""
        url = self.server.url(path)
        person = SimulatedClient(url, name, username or name.lower(), self.vocabulary, **connect_options)
        self.people.append(person)
        return person

    @contextmanager
    def slow_lines(self, seconds: float) -> Iterator[None]:
        """Let each message take `seconds` to a client, so that others act while one is sent."""
        self._line.seconds = seconds
        try:
            yield
        finally:
            self._line.seconds = 0.0


def app_from(subject: Any) -> Starlette:
    """Return the app that the learner's function makes; raise SubjectError where there is none."""
    if isinstance(subject, Starlette):
        return subject
    if iscoroutine(subject):
        subject.close()
        raise SubjectError(ASYNC)
    if not callable(subject):
        raise SubjectError(f"check needs a function that makes your server, and got {safe_repr(subject)}.")

    app = call(subject)
    if iscoroutine(app):
        app.close()
        raise SubjectError(ASYNC)
    if not isinstance(app, Starlette):
        raise SubjectError(NO_APP.format(came=safe_repr(app)))
    return app


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the learner's function returns; raise SubjectError with the learner's lines if it fails."""
    try:
        return function(*arguments)
    except Interrupted:
        raise
    except BaseException as error:
        # Also SystemExit and its like, which would end the check's thread.
        raise SubjectError(f"Your code raised an exception:\n{learner_traceback(error)}") from None


def word() -> str:
    """Return a word that nobody can guess."""
    return f"{secrets.choice(WORDS)}-{secrets.token_hex(3)}"


WORDS = (
    "apple",
    "bread",
    "cloud",
    "drum",
    "elm",
    "fern",
    "grape",
    "harbour",
    "island",
    "jam",
    "kite",
    "lamp",
)


def all_hear(people: Collection[SimulatedClient], event: Event, likely: Causes | None = None) -> None:
    """Have each of the people receive the same next."""
    for person in people:
        person.hears(event, likely)


def at_once(act: Callable[[SimulatedClient], None], people: Sequence[SimulatedClient]) -> None:
    """Have all of the people do the same at the same moment."""
    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(act, people))


__all__ = ["Harness", "CheckedServer", "Mismatch", "all_hear", "app_from", "at_once", "call", "word"]
