"""A slow client: what forty-nine healthy clients notice of one that reads nothing."""

from benchmarks.contestants import OURS, PEERS, UNCOMPRESSED, Contestant, present
from benchmarks.paced_clients import PacedClients
from benchmarks.results import Results
from benchmarks.server_process import ServerProcess
from websocket_lab.display.progress_bar import ProgressBar


SIZE = 50
SETTINGS = {"without": 0, "with": 1}


def run(quick: bool) -> list[Results]:
    """Return what came, the longest pause and the median delay, with one stalled client and without."""
    contestants = present(UNCOMPRESSED, OURS, *[peer for peer in PEERS if peer.name != "python-socketio"])
    delivered = Results(
        "Slow client, deliveries: % of those due to healthy clients", list(SETTINGS), within_rows=True
    )
    pauses = Results(
        "Slow client, pause: longest between two deliveries, s", list(SETTINGS), within_rows=True
    )
    delays = Results(
        "Slow client, delay: median from speaker to listener, ms", list(SETTINGS), within_rows=True
    )
    rounds = 1 if quick else 2
    with ProgressBar(len(contestants) * len(SETTINGS) * rounds) as bar:
        for _ in range(rounds):
            for each in contestants:
                for column, stalled in SETTINGS.items():
                    bar.show(f"{each.name}, {column} a stalled client")
                    share, pause, delay = visit(each, stalled)
                    delivered.add(each.name, column, 100 * share)
                    pauses.add(each.name, column, pause)
                    delays.add(each.name, column, 1000 * delay)
                    bar.advance()
    return [delivered, pauses, delays]


def visit(each: Contestant, stalled: int) -> tuple[float, float, float]:
    """Let clients talk at a steady pace; return the share that came, the longest pause, the median delay."""
    with (
        ServerProcess(each) as server,
        PacedClients(server.url(each.path), SIZE, stalled, each.greeting, each.answers, each.form) as clients,
    ):
        share, pause, delay = clients.talk()
        return share, pause, delay
