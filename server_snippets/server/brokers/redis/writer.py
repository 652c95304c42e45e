"""Writes what one process tells into the broker's log: in order, each thing once, many in one go."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from ..base import Unavailable
from ..presence import Presence
from .connection import Call, ConnectionHealth, RedisConnection
from .log_entry import LogEntry, as_json
from .scripts import BEGIN, WRITE, Keys


MOST_AT_ONCE = 200
# How many of the arguments of the script are keys.
KEYS = 8
UNKNOWN = "The broker was lost meanwhile: it is not known whether this was delivered."


@dataclass(eq=False)
class Command:
    """One thing to write; `reply` says what became of it."""

    kind: str
    place: str = ""
    room: str = ""
    presence: Presence | None = None
    message: str = ""
    keep: bool = False
    waits: bool = True
    number: int = 0
    reply: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def arguments(self, process: str, session: str, log_bytes: int, keys: Keys) -> list[str | int]:
        """Return the script's keys and arguments."""
        entry = LogEntry(self.kind, process, self.number, self.place, self.room, self.presence, self.message)
        log = (keys.log, keys.log_state, keys.segments, keys.presences, keys.process(process))
        history = (keys.history(self.place, self.room), keys.room_bytes, keys.room_times)
        presence = (self.presence.key, as_json(self.presence)) if self.presence else ("", "")
        keep = "1" if self.keep else ""
        what = (self.kind, *presence, entry.about, self.message)
        return [*log, *history, session, self.number, *what, log_bytes, keep]


def resolve(command: Command, reply: str) -> None:
    """Say what became of a command, if anyone still waits for it."""
    if not command.reply.done():
        command.reply.set_result(reply)


class LogWriter:
    """The one way of a process into the log.

    Its commands are numbered, and Redis notes the last one together with what the command does. So after a
    lost connection it is known what was written, and nothing is written twice.

    Args:
        redis: The connection; nobody else uses it.
        health: Knows whether the broker is there.
        process: Who writes.
        log_bytes: How much the log keeps.
        keys: The names of Redis' keys.
        register_again: Returns the commands that make a process known that was forgotten.
    """

    def __init__(
        self,
        redis: RedisConnection,
        health: ConnectionHealth,
        process: str,
        log_bytes: int,
        keys: Keys,
        register_again: Callable[[], Iterable[Command]],
    ) -> None:
        self._redis = redis
        self._health = health
        self._process = process
        self._log_bytes = log_bytes
        self._keys = keys
        self._register_again = register_again
        self._numbers = count(1)
        self._waiting: deque[Command] = deque()
        self._sent: list[Command] = []
        self._arrived = asyncio.Event()

    async def write(self, command: Command) -> str:
        """Write, and return what became of it: `logged`, `taken`, `there` or `absent`."""
        if self._health.is_away and not command.waits:
            raise Unavailable

        self.write_soon(command)
        return await command.reply

    def write_soon(self, command: Command) -> None:
        """Write as soon as possible."""
        self._waiting.append(command)
        self._arrived.set()

    def take_back(self, command: Command) -> bool:
        """Return whether a command that nobody has sent yet could be taken back."""
        if command not in self._waiting or command.number:
            return False

        self._waiting.remove(command)
        command.reply.cancel()
        return True

    def note_logged(self, number: int) -> None:
        """Settle a command whose entry was read in the log before the answer to it has come."""
        # What is sent in one go has numbers in a row.
        index = number - self._sent[0].number if self._sent else -1
        if 0 <= index < len(self._sent):
            resolve(self._sent[index], "logged")

    def reject(self) -> None:
        """Refuse what cannot wait any longer."""
        for command in [*self._sent, *self._waiting]:
            if not command.waits:
                self._reject_one(command)

    async def run(self) -> None:
        """Write forever."""
        await self._redis.open()
        await self._begin()
        self._health.up("writer")
        while True:
            await self._arrived.wait()
            await self._write_some()
            self._health.up("writer")

    async def _begin(self) -> None:
        self._session = secrets.token_hex(8)
        self._sha = await self._redis.ask("SCRIPT", "LOAD", WRITE)
        last = int(await self._redis.ask("EVAL", BEGIN, 1, self._keys.process(self._process), self._session))
        self._sort_out(last)
        if last < 0:
            self._waiting.extendleft(reversed(list(self._register_again())))
        self._arrived.set()

    def _sort_out(self, last: int) -> None:
        """Settle what was written, and write the rest again: of all that was sent the answers were lost."""
        sent, self._sent = self._sent, []
        again = [command for command in sent if not self._is_resolved(command, last)]
        self._waiting.extendleft(reversed(again))

    def _is_resolved(self, command: Command, last: int) -> bool:
        is_written = command.number <= last
        if command.kind == "joined" and is_written:
            # Whether the name was free is asked once more: who is there already does not enter twice.
            return False
        if is_written:
            resolve(command, "logged")
        elif last >= 0:
            command.number = 0
        elif command.kind == "published":
            # Forgotten by the broker, which may have been told or not.
            self._reject_one(command)
        return command.reply.done()

    async def _write_some(self) -> None:
        self._arrived.clear()
        self._sent = list(self._next_commands())
        for command in self._sent:
            command.number = next(self._numbers)
        await self._resolve_all(await self._redis.ask_all([self._call(command) for command in self._sent]))

    def _call(self, command: Command) -> Call:
        arguments = command.arguments(self._process, self._session, self._log_bytes, self._keys)
        return ("EVALSHA", self._sha, KEYS, *arguments)

    def _next_commands(self) -> Iterator[Command]:
        for _ in range(min(MOST_AT_ONCE, len(self._waiting))):
            command = self._waiting.popleft()
            if not command.reply.done():
                yield command
        if self._waiting:
            self._arrived.set()

    async def _resolve_all(self, replies: list[str]) -> None:
        sent, self._sent = self._sent, []
        forgotten = []
        for command, reply in zip(sent, replies, strict=True):
            if reply == "forgotten":
                command.number = 0
                forgotten.append(command)
            else:
                resolve(command, reply)
        self._waiting.extendleft(reversed(forgotten))
        if forgotten:
            await self._begin()

    def _reject_one(self, command: Command) -> None:
        if not command.reply.done():
            command.reply.set_exception(Unavailable(UNKNOWN) if command.number else Unavailable())
