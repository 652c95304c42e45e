"""A Redis of the notebook's own: it starts and ends with it, and touches no other Redis on the machine."""

import shutil
from tempfile import TemporaryDirectory
from typing import Any, Self

from redis import Redis
from redis.exceptions import RedisError

from websocket_lab.display.card import Card, note
from websocket_lab.processes.child_process import HOST, ChildProcess, PrivateProgram
from websocket_lab.server.cell_registry import CellRegistry


# Valkey and Memurai (for Windows) speak the same protocol.
PROGRAMS = ("redis-server", "valkey-server", "memurai")
# An entry is on the disk before Redis says that it took it, so that not even a crash loses it.
KEEP_EVERYTHING = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
HOW_TO_GET_IT = (
    "Debian, Ubuntu, or Windows with WSL: `sudo apt install redis-server`",
    "macOS: `brew install redis`",
    "conda: `conda install -c conda-forge redis-server`",
    "Windows without WSL: install Memurai. Valkey (`valkey-server`) does as well, on any system.",
    "Then run this cell again. Until then, each cell that needs Redis says what it would show.",
)


class PrivateRedis(PrivateProgram):
    """A Redis server on a free port of 127.0.0.1, with its data in a temporary folder.

    `kill()` leaves the data, and `start()` brings it back.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folder: TemporaryDirectory[str] | None = None
        _started.replace(self)

    @property
    def url(self) -> str:
        """Its address, such as `redis://127.0.0.1:54321`."""
        return f"redis://{HOST}:{self.port}"

    def start(self) -> Self:
        """Return this server when it answers, with the data it had; do nothing where none is installed.

        Raises:
            ProcessStartError: It is installed, but did not start.
        """
        if self.is_running or (program := redis_program()) is None:
            return self

        self._folder = self._folder or TemporaryDirectory(ignore_cleanup_errors=True)
        place = ("--bind", HOST, "--port", str(self.port), "--dir", self._folder.name)
        self._process = ChildProcess([program, *place, *KEEP_EVERYTHING], folder=self._folder.name)
        self._process.wait_for(self._answers)
        return self

    def stop(self) -> None:
        """End the server and delete its data; one that does not run stays so."""
        super().stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def client(self) -> "Redis":
        """Return a client to look inside with."""
        return Redis(host=HOST, port=self.port, decode_responses=True)

    def shows(self, what: str) -> bool:
        """Return whether the server runs; if it does not, print what the cell would show."""
        if not self.is_running:
            print(f"Without Redis, this cell is left out. It would show: {what}")
        return self.is_running

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisError:
            return False

    @property
    def _card(self) -> Card:
        if self.is_running:
            return note("A Redis of our own", f"It listens on `{self.url}` and ends with this notebook.")
        if redis_program():
            return note("Redis is stopped", "Run the cell that starts it.")
        return note("Redis is not installed", *HOW_TO_GET_IT)

    def __repr__(self) -> str:
        """Say where it listens, or how to get one."""
        return repr(self._card)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the same as a card."""
        return self._card._repr_mimebundle_()

    def __enter__(self) -> Self:
        """Start the server."""
        return self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop the server."""
        self.stop()


def redis_program() -> str | None:
    """Return where a Redis server is installed, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


_started = CellRegistry(PrivateRedis.stop)
