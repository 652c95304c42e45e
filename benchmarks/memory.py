"""Memory: what an idle connection takes."""

from benchmarks.contestants import NAIVE, OURS, PEERS, UNCOMPRESSED, Contestant, present
from benchmarks.fan_out import crowd_of
from benchmarks.results import Results
from benchmarks.server_process import ServerProcess
from websocket_lab.display.progress_bar import ProgressBar


FIRST = 200


def run(quick: bool) -> list[Results]:
    """Return the kilobytes for one of 5,000 idle connections."""
    size = 500 if quick else 5000
    contestants = present(NAIVE, UNCOMPRESSED, OURS, *PEERS)
    results = Results(f"Memory with {size:,} idle connections: kB each", ["kB"])
    with ProgressBar(len(contestants)) as bar:
        for each in contestants:
            bar.show(f"{size:,} clients connect: {each.name}")
            results.add(each.name, "kB", per_connection(each, size) / 1000)
            bar.advance()
    return [results]


def per_connection(each: Contestant, size: int) -> float:
    """Return the bytes for one connection; what the first ones bring along for all is left out."""
    with ServerProcess(each) as server, crowd_of(server, FIRST):
        before = server.bytes
        with crowd_of(server, size):
            return (server.bytes - before) / size
