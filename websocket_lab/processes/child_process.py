"""A program on a port of 127.0.0.1, in a process of its own that ends with this one at the latest."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from websocket_lab.processes.run_with_parent import KILL


HOST = "127.0.0.1"
# Below those that are given to every connection: what is killed, and starts again, wants its port back.
PORTS = range(20_000, 32_768)
RUN_WITH_PARENT = Path(__file__).with_name("run_with_parent.py")
START_DEADLINE = 30.0
# Longer than a program is given before it is killed.
STOP_DEADLINE = 20.0
# The button ■ interrupts a kernel and all that is in its process group.
OWN_GROUP: dict[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if sys.platform == "win32"
    else {"start_new_session": True}
)


class ProcessStartError(RuntimeError):
    """A program ended before it answered, or did not answer in time."""


class ChildProcess:
    """A program that runs until it is stopped, or until this process ends.

    Args:
        command: The program and its arguments.
        environment: The environment variables that it sees.
        folder: A folder that is removed when the program ends because of this process.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] = os.environ, folder: str = ""
    ) -> None:
        self._name = Path(command[0]).name
        # A pipe that nobody reads would stop a program that says much.
        self._output = TemporaryFile()  # noqa: SIM115
        self._words = ""
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(RUN_WITH_PARENT), folder, *command],
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            **OWN_GROUP,
        )

    @property
    def is_alive(self) -> bool:
        """Whether the program is running."""
        return self._process.poll() is None

    def wait_for(self, answers: Callable[[], bool]) -> None:
        """Return as soon as the program answers.

        Raises:
            ProcessStartError: It ended, or did not answer within 30 seconds; the message has its last words.
        """
        end = time.monotonic() + START_DEADLINE
        while not answers():
            if not self.is_alive or time.monotonic() > end:
                what = "did not answer" if self.is_alive else "has ended"
                self.kill()
                raise ProcessStartError(f"{self._name} {what}. Its last words:\n{self.words()}")
            time.sleep(0.02)

    def words(self) -> str:
        """Return the end of what the program has printed."""
        if not self._output.closed:
            self._words = self._written().decode(errors="replace")[-2000:]
        return self._words

    def kill(self) -> None:
        """End the program at once, as a crash does: it can neither say goodbye nor clean up."""
        self._end(f"{KILL}\n".encode())

    def stop(self) -> None:
        """Ask the program to end, and return when it has; one that has ended stays so."""
        self._end(b"")

    def _written(self) -> bytes:
        if sys.platform == "win32":
            self._output.seek(0)
            return self._output.read()
        # The program writes where the file's one position is: whoever reads must not move it.
        return os.pread(self._output.fileno(), os.fstat(self._output.fileno()).st_size, 0)

    def _end(self, order: bytes) -> None:
        orders = self._process.stdin
        if orders is None or orders.closed:
            return

        # One that has ended by itself reads no order.
        with suppress(OSError), orders:
            orders.write(order)
        self._process.wait(STOP_DEADLINE)
        self.words()
        self._output.close()


def free_port() -> int:
    """Return a port that nobody listens on now, and that a system gives nobody who wants just any."""
    # Processes that choose at the same moment choose among different ports, as far as possible.
    ports = PORTS[os.getpid() % 16 :: 16]
    while True:
        port = ports[secrets.randbelow(len(ports))]
        with suppress(OSError), socket.create_server((HOST, port)):
            return port


def listens(port: int) -> bool:
    """Return whether somebody listens on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def own_environment() -> dict[str, str]:
    """Return the environment without the server's settings, which would change what a lesson shows."""
    return {name: value for name, value in os.environ.items() if not re.match("REDIS_URL$|WEBSOCKET_", name)}


class PrivateProgram:
    """A program that can be started, stopped and killed; it keeps its port when it starts again."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: ChildProcess | None = None

    @property
    def is_running(self) -> bool:
        """Whether the program is alive."""
        return self._process is not None and self._process.is_alive

    def kill(self) -> None:
        """End the program at once, as a crash does."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Ask the program to end, and return when it has; one that does not run stays so."""
        if self._process is not None:
            self._process.stop()

    def words(self) -> str:
        """Return the end of what the program has printed."""
        return self._process.words() if self._process is not None else ""
