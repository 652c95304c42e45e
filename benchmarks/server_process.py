"""A server in a process of its own, and what it takes: processor time and memory."""

import os
import re
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import psutil

from benchmarks.contestants import Contestant, node_modules


ROOT = Path(__file__).resolve().parent.parent


class ServerProcess:
    """A contestant that runs: `with ServerProcess(contestant) as server: server.url("/ws")`.

    Args:
        contestant: Who it is.
        redis_url: Where it meets other processes; "" if it is alone.
        log: The file for what it has to complain about; None for the terminal.
    """

    def __init__(self, contestant: Contestant, redis_url: str = "", log: TextIO | None = None) -> None:
        self.contestant = contestant
        self._redis_url = redis_url
        self._log = log

    def __enter__(self) -> Self:
        """Start it; return when it has said its port."""
        environment = os.environ | {"NODE_PATH": str(node_modules() or ""), "REDIS_URL": self._redis_url}
        self._process = subprocess.Popen(
            self.contestant.command,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        assert self._process.stdout is not None
        port = re.search(r"\d{4,5}", self._process.stdout.readline())
        if port is None:
            raise RuntimeError(f"{self.contestant.name} did not start.")
        self.port = int(port[0])
        self._seen = psutil.Process(self._process.pid)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"ws://127.0.0.1:{self.port}{path}"

    @property
    def cpu_seconds(self) -> float:
        """How long it has kept a processor busy."""
        # The system's ticks of ten milliseconds are coarse; Linux counts nanoseconds for each thread.
        counts = [
            path.read_text().split()[0]
            for path in Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        ]
        if counts:
            return sum(map(int, counts)) / 1e9

        times = self._seen.cpu_times()
        return times.user + times.system

    @property
    def bytes(self) -> int:
        """How much memory it holds."""
        return int(self._seen.memory_info().rss)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> None:
        """Ask it to stop, and wait until it has."""
        self._process.terminate()
        self._process.wait(30)
