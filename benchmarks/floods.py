"""Floods: what fifty healthy clients notice of one that sends as fast as it can, without end."""

from contextlib import ExitStack

from benchmarks.contestants import OURS_ON_UVICORN, Contestant, python
from benchmarks.echoing_clients import EchoingClients
from benchmarks.flooder import FLOODS, Flooder
from benchmarks.results import Results
from benchmarks.server_process import ServerProcess
from websocket_lab.display.progress_bar import ProgressBar


SIZE, SECONDS = 50, 12.0
SERVER = ("server_snippets", "--port", "0")
CONTESTANTS = [
    Contestant("the whole server", python(*SERVER), echo="/ws"),
    Contestant("the whole server, --rate 0", python(*SERVER, "--rate", "0"), echo="/ws"),
    OURS_ON_UVICORN,
]
SETTINGS = {"quiet": (), **{kind: (kind,) for kind in FLOODS}, "all four": tuple(FLOODS)}


def run(quick: bool) -> list[Results]:
    """Return what healthy clients notice, beside each kind of flood and beside all of them."""
    columns = list(SETTINGS)
    tables = [
        Results(f"Floods, {title}", columns, within_rows=True)
        for title in (
            "median: from a message to its echo, ms",
            "worst: the longest wait for an echo, ms",
            "echoes: % of the messages",
            "handshake: time of a new one, ms; – for none within 5 s",
        )
    ]
    with ProgressBar(len(CONTESTANTS) * len(SETTINGS)) as bar:
        for each in CONTESTANTS:
            for column, kinds in SETTINGS.items():
                bar.show(f"{each.name}, {column}")
                for table, number in zip(tables, visit(each, kinds, 4.0 if quick else SECONDS), strict=True):
                    if number is not None:
                        table.add(each.name, column, number)
                bar.advance()
    return tables


def visit(each: Contestant, kinds: tuple[str, ...], seconds: float) -> list[float | None]:
    """Let clients echo beside floods; return the median, the worst, the share and the time of a handshake."""
    with ExitStack() as stack:
        server = stack.enter_context(ServerProcess(each))
        clients = stack.enter_context(EchoingClients(server.url(each.echo), SIZE))
        for kind in kinds:
            stack.enter_context(Flooder(server.url(each.echo), kind))
        return clients.echo(seconds)
