"""Several processes of one contestant, which share nothing but their Redis, and clients on all of them."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from benchmarks.contestants import Contestant
from benchmarks.scattered_clients import ScatteredClients
from benchmarks.server_process import ServerProcess


class ScaledOut:
    """A contestant on so many processes: `with ScaledOut(contestant, 2, redis.url) as servers: …`.

    Args:
        contestant: What each of the processes serves.
        processes: How many there are.
        redis_url: Where they meet; "" for a process that is alone.
    """

    def __init__(self, contestant: Contestant, processes: int, redis_url: str) -> None:
        self.contestant = contestant
        self._servers = [ServerProcess(contestant, redis_url) for _ in range(processes)]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start all processes."""
        with ExitStack() as stack:
            for server in self._servers:
                stack.enter_context(server)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """End all processes."""
        self._stack.close()

    @property
    def cpu_seconds(self) -> float:
        """How long all of them together have kept a processor busy."""
        return sum(server.cpu_seconds for server in self._servers)

    def clients(self, size: int) -> ScatteredClients:
        """Return so many clients, as many on each process as on every other."""
        each = self.contestant
        urls = [server.url(each.path) for server in self._servers]
        return ScatteredClients(urls, size, each.greeting, each.answers, each.form)
