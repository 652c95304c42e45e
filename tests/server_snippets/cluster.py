"""Workers of one server: processes that share nothing but their Redis."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self


class Worker:
    """A whole server in a process of its own: `with Worker(redis.url, log) as worker: worker.url("/ws")`.

    Args:
        redis_url: Its broker.
        log: The file that what it says is added to.
    """

    def __init__(self, redis_url: str, log: Path) -> None:
        self._redis_url = redis_url
        self._log = log

    def __enter__(self) -> Self:
        """Start it; return when it serves."""
        limits = ("--rate", "0", "--max-connections", "0", "--max-per-address", "0")
        command = [sys.executable, "-m", "server_snippets", "--port", "0", *limits]
        environment = os.environ | {"REDIS_URL": self._redis_url}
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
        assert self._process.stdout
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self._process.stdout.readline())
        assert found, self._log.read_text()
        self._port = int(found[1])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """End it."""
        self.kill()

    def url(self, path: str = "") -> str:
        """Return the address of a path."""
        return f"ws://127.0.0.1:{self._port}{path}"

    def kill(self) -> None:
        """End it without a warning."""
        self._process.kill()
        self._process.communicate(timeout=60)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def terminate(self) -> int:
        """Ask it to end, and return its exit code."""
        self._process.terminate()
        self._process.communicate(timeout=60)
        return self._process.returncode
