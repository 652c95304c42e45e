"""Scaling out: what a delivery costs two processes that share a Redis, beside one that is alone."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from benchmarks.contestants import BROADCASTER, OURS, SUBSCRIPTION_EACH, Contestant, present
from benchmarks.results import Results
from benchmarks.scattered_clients import ScatteredClients
from benchmarks.server_process import ServerProcess
from websocket_lab.display.progress_bar import ProgressBar
from websocket_lab.processes.private_redis import PrivateRedis


ROUNDS, SECONDS = 5, 2
RATES = {"50 a second": 50, "100 a second": 100}
# Who has how many subscriptions to Redis: the contestant, and how many processes it has.
LINE_UP: dict[str, tuple[Contestant, int]] = {
    "alone": (OURS, 1),
    "one per process": (OURS, 2),
    "broadcaster": (BROADCASTER, 2),
    "one per client": (SUBSCRIPTION_EACH, 2),
}


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


Team = tuple[str, ScaledOut, ScatteredClients]


def run(quick: bool) -> list[Results]:
    """Return the microseconds per delivery, of the servers' processes and of Redis."""
    size, rounds = (20, 1) if quick else (200, ROUNDS)
    here = present(OURS, BROADCASTER, SUBSCRIPTION_EACH)
    columns = [name for name, (each, _) in LINE_UP.items() if each in here]
    servers = Results(f"Scale-out to {size}, servers: µs per delivery", columns, within_rows=True)
    redis_itself = Results(f"Scale-out to {size}, Redis: µs per delivery", columns[1:], within_rows=True)
    with PrivateRedis() as redis, ExitStack() as stack, ProgressBar(len(columns) * (1 + rounds)) as bar:
        if not redis.is_running:
            print("scale_out is left out: Redis is not installed.")
            return []
        teams = [assemble(stack, bar, name, size, redis.url) for name in columns]
        for _ in range(rounds):
            for team in teams:
                take_turn(team, redis, bar, servers, redis_itself)
    return [servers, redis_itself]


def assemble(stack: ExitStack, bar: ProgressBar, name: str, size: int, redis_url: str) -> Team:
    """Start a contestant's processes, and connect its clients."""
    bar.show(f"{size} clients connect: {name}")
    contestant, processes = LINE_UP[name]
    servers = stack.enter_context(ScaledOut(contestant, processes, redis_url if processes > 1 else ""))
    clients = stack.enter_context(servers.clients(size))
    bar.advance()
    return name, servers, clients


def take_turn(
    team: Team, redis: PrivateRedis, bar: ProgressBar, of_servers: Results, of_redis: Results
) -> None:
    """Let one client speak at each pace, and note what a delivery costs."""
    name, servers, clients = team
    bar.show(name)
    for row, per_second in RATES.items():
        before, redis_before = servers.cpu_seconds, cpu_seconds(redis)
        deliveries = clients.talk(per_second * SECONDS, per_second)
        of_servers.add(row, name, 1e6 * (servers.cpu_seconds - before) / deliveries)
        of_redis.add(row, name, 1e6 * (cpu_seconds(redis) - redis_before) / deliveries)
    bar.advance()


def cpu_seconds(redis: PrivateRedis) -> float:
    """Return how long Redis has kept a processor busy."""
    with redis.client() as client:
        used = client.info("cpu")
    return float(used["used_cpu_user"] + used["used_cpu_sys"])
