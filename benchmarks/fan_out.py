"""Fan-out: what a delivery costs the server; the receivers are in other processes and count every one."""

from contextlib import ExitStack

from benchmarks.contestants import BARE, NAIVE, OURS, PEERS, UNCOMPRESSED, Contestant, present
from benchmarks.results import Results
from benchmarks.server_process import ServerProcess
from websocket_lab.display.progress_bar import ProgressBar
from websocket_lab.experiments.load import Crowd


ROUNDS, SECONDS = 3, 0.4
SIZES = (10, 100, 1000)
# A peer's connections take long to open, so the largest crowd visits few.
LARGEST = 5000


def run(quick: bool) -> list[Results]:
    """Measure every size of crowd, with 1 and with 16 messages in flight."""
    everyone = present(NAIVE, UNCOMPRESSED, OURS, BARE, *PEERS)
    few = present(NAIVE, OURS, BARE)
    sizes = [(size, everyone) for size in (SIZES[:2] if quick else SIZES)]
    return [measure(*each) for each in [*sizes, *([] if quick else [(LARGEST, few)])]]


def measure(size: int, contestants: list[Contestant]) -> Results:
    """Let all have their turn in each round, and return the microseconds of processor time per delivery."""
    results = Results(f"Fan-out to {size:,}: µs per delivery", ["one at a time", "16 in flight"])
    steps = len(contestants) * (1 + ROUNDS)
    with ExitStack() as stack, ProgressBar(steps) as bar:
        pairs = []
        for each in contestants:
            bar.show(f"{size:,} clients connect: {each.name}")
            server = stack.enter_context(ServerProcess(each))
            pairs.append((server, stack.enter_context(crowd_of(server, size))))
            bar.advance()
        for _ in range(ROUNDS):
            for server, crowd in pairs:
                bar.show(f"{size:,} clients listen: {server.contestant.name}")
                for column, in_flight in zip(results.columns, (1, 16), strict=True):
                    results.add(server.contestant.name, column, cost(server, crowd, in_flight))
                bar.advance()
    return results


def crowd_of(server: ServerProcess, size: int) -> Crowd:
    """Return a crowd for a server."""
    each = server.contestant
    return Crowd(server.url(each.path), size, greeting=each.greeting, answers=each.answers)


def cost(server: ServerProcess, crowd: Crowd, in_flight: int) -> float:
    """Return the microseconds of processor time for one delivery."""
    crowd.speak(in_flight, 0, server.contestant.form)
    before = server.cpu_seconds
    load = crowd.speak(in_flight, SECONDS, server.contestant.form)
    return 1e6 * (server.cpu_seconds - before) / load.deliveries
