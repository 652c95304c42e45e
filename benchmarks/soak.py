"""A soak: five hundred clients join, talk and vanish over two processes and a Redis, for five minutes.

Run it: python -m benchmarks.soak [--minutes 5] [--clients 500]. Its exit code is 0 if nothing was lost, came
twice or in another order, no process has grown after the first minute, and no log holds a complaint.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.__main__ import allow_many_connections
from benchmarks.contestants import OURS
from benchmarks.server_process import ServerProcess
from benchmarks.soak_clients import SoakClients
from websocket_lab.display.progress_bar import ProgressBar
from websocket_lab.display.table import table
from websocket_lab.processes.private_redis import PrivateRedis


PROCESSES, STEPS = 2, 20
SHOWN = 10
# The first minute fills caches and rooms; of a run that is short, its first fifth.
SETTLING_SECONDS = 60.0
TOLERANCE = 0.05
WINDOW = 0.2


class MemoryWatch:
    """What each server held, from the beginning to the end.

    A server has grown if it holds over a twentieth more in the last fifth of the time than in the fifth that
    follows the first minute: what is held for the clients of a moment comes and goes, what leaks only comes.

    Args:
        servers: Whom to watch.
        seconds: How long the whole time is.
    """

    def __init__(self, servers: list[ServerProcess], seconds: float) -> None:
        self._servers = servers
        self._settled = min(SETTLING_SECONDS / seconds, WINDOW)
        self._notes: list[list[int]] = [[] for _ in servers]

    def note(self) -> None:
        """Look at each server once."""
        for server, notes in zip(self._servers, self._notes, strict=True):
            notes.append(server.bytes)

    def words(self) -> str:
        """Return what they hold now, in megabytes."""
        return ", ".join(f"{notes[-1] / 1e6:.0f} MB" for notes in self._notes if notes) or "not known yet"

    def growth(self) -> list[tuple[float, float]]:
        """Return for each server the median of its bytes after the first minute, and at the end."""
        return [
            (self._median(notes, self._settled), self._median(notes, 1 - WINDOW)) for notes in self._notes
        ]

    @property
    def has_grown(self) -> bool:
        """Whether a server holds more than it should."""
        return any(late > (1 + TOLERANCE) * early for early, late in self.growth())

    def _median(self, notes: list[int], start: float) -> float:
        first = int(start * len(notes))
        return median(notes[first : first + max(1, int(WINDOW * len(notes)))])


@dataclass(frozen=True)
class Verdict:
    """Whether all was well, and if not, what was wrong.

    Args:
        counts: How often what has happened.
        faults: What was lost, came twice, or came in another order.
        memory: What the servers held.
        complaints: What the logs hold that they should not.
    """

    counts: dict[str, int]
    faults: list[str]
    memory: MemoryWatch
    complaints: list[str]

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, nothing has grown, and no log complains."""
        return not self.faults and not self.complaints and not self.memory.has_grown

    def __str__(self) -> str:
        """Return a table, the first of the faults, and the verdict."""
        rows = [(name, f"{count:,}") for name, count in self.counts.items()]
        for number, (early, late) in enumerate(self.memory.growth(), start=1):
            rows.append(
                (f"memory of server {number}", f"{early / 1e6:.1f} MB, at the end {late / 1e6:.1f} MB")
            )
        rows += [
            ("lost, doubled, out of order", f"{len(self.faults):,}"),
            ("grown after the first minute", "yes" if self.memory.has_grown else "no"),
            ("complaints in logs", f"{len(self.complaints):,}"),
        ]
        lines = [
            *self.faults[:SHOWN],
            *self.complaints[:SHOWN],
            "All is well." if self.is_good else "Not all is well.",
        ]
        return "\n".join([str(table("Soak", ["what", "how much"], rows)), *lines])


def complaints(logs: list[Path], known: str, words: str) -> list[str]:
    """Return all lines of the servers' logs, and the warnings of Redis that it did not begin with."""
    lines = [line for log in logs for line in log.read_text().splitlines()]
    return lines + [line for line in words.splitlines() if " # " in line and line not in known.splitlines()]


def soak(redis: PrivateRedis, seconds: float, clients: int) -> Verdict:
    """Let the clients live for so long, and return what it came to."""
    with TemporaryDirectory() as folder:
        logs = [Path(folder, f"server-{number}.log") for number in range(PROCESSES)]
        known = redis.words()
        with serving(redis.url, logs) as servers:
            watch = MemoryWatch(servers, seconds)
            report = live([server.url("") for server in servers], clients, seconds, watch)
            # What a server has to say about its end counts, too.
            for server in servers:
                server.end()
        return Verdict(report["counts"], report["faults"], watch, complaints(logs, known, redis.words()))


@contextmanager
def serving(redis_url: str, logs: list[Path]) -> Iterator[list[ServerProcess]]:
    """Run the servers, each with a log."""
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("w")) for path in logs]
        yield [stack.enter_context(ServerProcess(OURS, redis_url, file)) for file in files]


def live(urls: list[str], clients: int, seconds: float, watch: MemoryWatch) -> dict[str, Any]:
    """Let the clients live, and watch the servers meanwhile."""
    with SoakClients(urls, clients) as crowd, ThreadPoolExecutor(1) as pool, ProgressBar(STEPS + 1) as bar:
        life = pool.submit(crowd.live, seconds)
        for _ in range(STEPS):
            bar.show(f"{clients} clients, {seconds:.0f} seconds; memory: {watch.words()}")
            watch_for(seconds / STEPS, life, watch)
            bar.advance()
        bar.show("the last clients leave, and all compare notes")
        return life.result()


def watch_for(seconds: float, life: "Future[dict[str, Any]]", watch: MemoryWatch) -> None:
    """Note how much memory the servers hold, for so long or until the clients' life is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not life.done():
        watch.note()
        time.sleep(min(1.0, seconds / 5))


def main() -> None:
    """Soak, print what it came to, and end with 0 if all was well."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak", description="Soak the course's server."
    )
    parser.add_argument("--minutes", type=float, default=5.0, help="how long (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=500, help="how many at once (default: %(default)s)")
    arguments = parser.parse_args()
    allow_many_connections()
    with PrivateRedis() as redis:
        if not redis.is_running:
            sys.exit("The soak needs a Redis: install redis-server.")
        verdict = soak(redis, 60 * arguments.minutes, arguments.clients)
    print(verdict)
    sys.exit(0 if verdict.is_good else 1)


if __name__ == "__main__":
    main()
