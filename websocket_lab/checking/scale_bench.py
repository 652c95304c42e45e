"""The bench of the chat that runs as several processes: three servers, two of them on one broker."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, Self

from starlette.applications import Starlette
from starlette.types import ASGIApp

from websocket_lab.checking.bench import NO_FUNCTION, CheckedServer, all_hear, app_from
from websocket_lab.checking.chat_bench import ChatBench
from websocket_lab.checking.counting_broker import BrokerLine, wait_until
from websocket_lab.checking.handlers import Handlers
from websocket_lab.checking.mismatch import SubjectError
from websocket_lab.checking.person import Causes, Person
from websocket_lab.checking.scale_causes import WELCOME
from websocket_lab.checking.slow_line import SlowLine


FIRST, SECOND, ELSEWHERE = range(3)
HOMES = {"Ana": FIRST, "Ben": SECOND, "Eve": FIRST}


class OneOfSeveral(CheckedServer):
    """A server under check that tells its errors to the bench, so that they stay in order."""

    def __init__(self, app: ASGIApp, told: list[str]) -> None:
        super().__init__(app)
        self._told = told

    def show(self, error: str) -> None:
        """Tell the bench."""
        self._told.append(error)


class ScaleBench(ChatBench):
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

    def guest(self, name: str, room: str) -> Person:
        """Return a person who will join a room, on the process where people of this name are at home."""
        # What is still on its way to a process may be heard there by whoever comes.
        wait_until(self._is_calm)
        self.server = self._servers[self.homes[name]]
        return super().guest(name, room)

    def welcome(self, inside: Sequence[Person], newcomer: Person) -> None:
        """Have everyone hear that someone has joined."""
        all_hear(inside, {"type": "joined", "username": newcomer.username}, WELCOME)

    def comes(self, name: str, room: str, *inside: Person, likely: Causes = WELCOME) -> Person:
        """Return a person who has joined a room where others are; all of them have heard it."""
        newcomer = self.guest(name, room)
        newcomer.connects(likely)
        all_hear([*inside, newcomer], {"type": "joined", "username": newcomer.username}, likely)
        return newcomer

    def _is_calm(self) -> bool:
        # In this order: a handler that waits has published all that it had to.
        return all(handlers.are_waiting for handlers in self._handlers) and self.lines[FIRST].is_idle

    def _app(self, line: BrokerLine) -> ASGIApp:
        return app_from(partial(self.subject, line) if callable(self.subject) else self.subject)
