"""Echo: what a round trip costs the server, with 100 clients that each wait for their echo."""

from contextlib import ExitStack

from benchmarks.contestants import NAIVE, OURS, OURS_ON_UVICORN, PEERS, UNCOMPRESSED, present
from benchmarks.echo_clients import EchoClients
from benchmarks.results import Results
from benchmarks.server_process import ServerProcess
from websocket_lab.display.progress_bar import ProgressBar


ROUNDS, SECONDS = 5, 0.6


def run(quick: bool) -> list[Results]:
    """Let all have their turn in each round, and return the microseconds of processor time per round trip."""
    contestants = [each for each in present(OURS_ON_UVICORN, OURS, NAIVE, UNCOMPRESSED, *PEERS) if each.echo]
    size = 20 if quick else 100
    results = Results(f"Echo to {size}: µs per round trip", ["one each", "8 each at once"])
    with ExitStack() as stack, ProgressBar(len(contestants) * ROUNDS) as bar:
        servers = [stack.enter_context(ServerProcess(each)) for each in contestants]
        clients = [stack.enter_context(EchoClients(each.url(each.contestant.echo), size)) for each in servers]
        for _ in range(ROUNDS):
            for server, crowd in zip(servers, clients, strict=True):
                bar.show(f"{size} clients: {server.contestant.name}")
                for column, in_flight in zip(results.columns, (1, 8), strict=True):
                    before = server.cpu_seconds
                    trips = crowd.talk(in_flight, SECONDS)
                    spent = server.cpu_seconds - before
                    results.add(server.contestant.name, column, 1e6 * spent / trips)
                bar.advance()
    return [results]
