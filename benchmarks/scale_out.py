"""Scaling out: what a delivery costs two processes that share a Redis, beside one that is alone."""

from contextlib import ExitStack

from benchmarks.contestants import BROADCASTER, OURS, SUBSCRIPTION_EACH, Contestant, present
from benchmarks.results import Results
from benchmarks.scaled_out import ScaledOut
from benchmarks.scattered_clients import ScatteredClients
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
