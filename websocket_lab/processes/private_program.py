"""A program of the notebook's own, on a free port of 127.0.0.1: what all of them have in common."""

import os

from websocket_lab.processes.leashed_process import LeashedProcess, free_port


def own_environment() -> dict[str, str]:
    """Return the environment without REDIS_URL, for the machine's own would change what a lesson shows."""
    return {name: value for name, value in os.environ.items() if name != "REDIS_URL"}


class PrivateProgram:
    """A program that can be started, stopped and killed; it keeps its port when it starts again."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: LeashedProcess | None = None

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
