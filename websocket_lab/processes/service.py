"""The whole server as a service of the notebook's own: a process that runs `python -m server_snippets`."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Self
from urllib.error import HTTPError
from urllib.request import urlopen

from websocket_lab.processes.child_process import HOST, ChildProcess, PrivateProgram, listens, own_environment
from websocket_lab.server.cell_registry import CellRegistry


class Service(PrivateProgram):
    """`Service("--log-level", "info").start()`: a server that is told to end by a signal.

    `stop()` sends SIGTERM; what has not ended after twelve seconds is killed.

    Args:
        options: What the command is told.
    """

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options
        self._scheme = "s" if "--ssl-certfile" in options else ""
        _started.replace(self)

    def start(self) -> Self:
        """Return this service when it answers; a process before it is stopped, and its port kept.

        Raises:
            ProcessStartError: It ended instead; the message has its last words.
        """
        self.stop()
        command = [sys.executable, "-P", "-m", "server_snippets", "--port", str(self.port), *self._options]
        self._process = ChildProcess(command, own_environment())
        self._process.wait_for(lambda: listens(self.port))
        return self

    def log(self) -> str:
        """Return the end of what the service has logged."""
        return self.words()

    def stop_while_asked(self, *pages: str) -> list[list[int]]:
        """Stop; return each page's different statuses, from just before until nobody answers any more."""
        before = [status_of(self.http_url(page)) for page in pages]
        with ThreadPoolExecutor() as threads:
            asked = [threads.submit(self._statuses, page) for page in pages]
            self.stop()
        return [sorted({first, *later.result()}) for first, later in zip(before, asked, strict=True)]

    def _statuses(self, page: str) -> set[int]:
        statuses = set()
        with suppress(OSError):
            while True:
                statuses.add(status_of(self.http_url(page)))
        return statuses

    def url(self, path: str = "/") -> str:
        """Return the WebSocket address of `path`."""
        return f"ws{self._scheme}://{HOST}:{self.port}/{path.removeprefix('/')}"

    def http_url(self, path: str = "/") -> str:
        """Return the HTTP address of `path`."""
        return f"http{self._scheme}://{HOST}:{self.port}/{path.removeprefix('/')}"

    def __enter__(self) -> Self:
        """Start the service."""
        return self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop the service."""
        self.stop()

    def __repr__(self) -> str:
        """Say where the service answers, or that it is stopped."""
        return f"<service at {self.url()}>" if self.is_running else "<service, stopped>"


def status_of(url: str) -> int:
    """Return the HTTP status of an answer; raise OSError if there is none."""
    try:
        with urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        # The error holds the connection; Python 3.14 and later warn when nobody closes it.
        with error:
            return error.code


_started = CellRegistry(Service.stop)
