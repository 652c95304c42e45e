"""Start and stop: how long until a server answers, and how long until it is gone, with clients connected."""

from time import perf_counter

from benchmarks.contestants import NAIVE, OURS, PEERS, Contestant, present
from benchmarks.fan_out import crowd_of
from benchmarks.results import Results
from benchmarks.server_process import ServerProcess
from websocket_lab.display.progress_bar import ProgressBar


SIZE = 100


def run(quick: bool) -> list[Results]:
    """Return the seconds from the start to the first connection, and from the signal to the end."""
    contestants, rounds = present(OURS, NAIVE, *PEERS), 1 if quick else 3
    results = Results("Start and stop: seconds", ["start", f"stop, {SIZE} clients"])
    with ProgressBar(len(contestants) * rounds) as bar:
        for _ in range(rounds):
            for each in contestants:
                bar.show(each.name)
                for column, seconds in zip(results.columns, visit(each), strict=True):
                    results.add(each.name, column, seconds)
                bar.advance()
    return [results]


def visit(each: Contestant) -> tuple[float, float]:
    """Start a server, connect to it, stop it; return how long the first and the last took."""
    begin = perf_counter()
    with ServerProcess(each) as server:
        with crowd_of(server, 1):
            started = perf_counter() - begin
        with crowd_of(server, SIZE):
            begin = perf_counter()
            server.end()
            return started, perf_counter() - begin
