"""A soak with faults: clients talk all the while; processes are cut off, frozen, killed; Redis restarts.

Run it: python -m benchmarks.soak_faults [--minutes 10] [--clients 300]. Its exit code is 0 if nothing that
was accepted was lost, came twice or in another order for those who stayed or resumed, memory kept within its
bounds, and the log names each fault once.
"""

import argparse
import asyncio
import json
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from benchmarks.__main__ import allow_many_connections
from benchmarks.contestants import OURS
from benchmarks.server_process import ServerProcess
from websocket_lab.display.table import table
from websocket_lab.processes.private_redis import PrivateRedis


SERVERS, ROOM_SIZE = 2, 10
# Some of them shorter than the six seconds after which a silent process is expired, some longer.
AWAY_SECONDS = (1.0, 15.0)
RESTART_SECONDS = (1.0, 20.0)
REST_SECONDS = 10.0
TALK_SECONDS = (1.0, 5.0)
RETRY_SECONDS = (0.2, 1.0)
DEADLINE = 90.0
MAX_SERVER_BYTES, MAX_REDIS_BYTES = 400_000_000, 256_000_000
SHOWN = 20
THE_END = "the end"
HOST = "127.0.0.1"
CHUNK = 65_536


class CutProxy:
    """Passes bytes on both ways until it is cut: `with CutProxy(port) as proxy: proxy.cut()`.

    Args:
        port: Where it passes them to, on this machine.

    Attributes:
        port: Where it listens itself.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self._target = port
        self._is_cut = False
        self._is_listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        self._is_listening.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Reset all connections, and end."""
        self._loop.call_soon_threadsafe(self._is_over.set)
        self._thread.join()

    def cut(self) -> None:
        """Reset all connections, and each new one, until `restore`."""
        self._loop.call_soon_threadsafe(self._cut)

    def restore(self) -> None:
        """Pass bytes on again, for connections that are new."""
        self._is_cut = False

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_over = asyncio.Event()
        server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._is_listening.set()
        await self._is_over.wait()
        server.close()
        self._cut()
        while self._writers:
            await asyncio.sleep(0)

    def _cut(self) -> None:
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = None if self._is_cut else await connect_to(self._target)
        if target is None or self._is_cut:
            writer.transport.abort()
            return

        from_target, to_target = target
        writers = {writer, to_target}
        self._writers |= writers
        await asyncio.gather(pass_on(reader, to_target), pass_on(from_target, writer))
        self._writers -= writers


async def connect_to(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """Open a connection, or return None if nothing listens there."""
    try:
        return await asyncio.open_connection(HOST, port)
    except OSError:
        return None


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until there is no more, then end the other side, too."""
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()


class Cluster:
    """Servers, each with a proxy to one Redis, and the faults that they suffer.

    Attributes:
        disturbed: How often each server was separated from Redis, so how often its log has to say so.
    """

    def __init__(self, redis: PrivateRedis, folder: Path, stack: ExitStack) -> None:
        self._redis = redis
        self._stack = stack
        self.logs = [folder / f"server-{number}.log" for number in range(SERVERS)]
        self._proxies = [stack.enter_context(CutProxy(redis.port)) for _ in self.logs]
        self.disturbed = [0] * SERVERS
        self.faults: Counter[str] = Counter()
        self.peak_server = self.peak_redis = 0
        self.servers = [self._start(number) for number in range(SERVERS)]

    def _start(self, number: int) -> ServerProcess:
        log = self._stack.enter_context(self.logs[number].open("a"))
        url = f"redis://127.0.0.1:{self._proxies[number].port}/0"
        return self._stack.enter_context(ServerProcess(OURS, url, log))

    def note_memory(self) -> None:
        """Remember the most memory that a server and Redis have held."""
        self.peak_server = max(self.peak_server, *(server.bytes for server in self.servers))
        if self._redis.is_running:
            with self._redis.client() as client:
                self.peak_redis = max(self.peak_redis, client.info("memory")["used_memory"])

    async def cut(self, number: int) -> None:
        """Cut a server off from Redis for a while."""
        self.disturbed[number] += 1
        self._proxies[number].cut()
        await asyncio.sleep(random.uniform(*AWAY_SECONDS))
        self._proxies[number].restore()
        await self._until_back()

    async def freeze(self, number: int) -> None:
        """Freeze a server for a while."""
        self.servers[number].signal(signal.SIGSTOP)
        await asyncio.sleep(random.uniform(*AWAY_SECONDS))
        self.servers[number].signal(signal.SIGCONT)

    async def kill(self, number: int) -> None:
        """Kill a server, and start another in its place."""
        self.servers[number].signal(signal.SIGKILL)
        self.servers[number] = await asyncio.to_thread(self._start, number)

    async def restart_redis(self, _: int) -> None:
        """Kill Redis, and start it again after a while, with what it has written."""
        self.disturbed = [times + 1 for times in self.disturbed]
        await asyncio.to_thread(self._redis.kill)
        await asyncio.sleep(random.uniform(*RESTART_SECONDS))
        await asyncio.to_thread(self._redis.start)
        await self._until_back()

    async def suffer(self, is_over: asyncio.Event) -> None:
        """Let one fault happen after the other, each to one of the servers, until it is over."""
        while not is_over.is_set():
            for fault in (self.cut, self.freeze, self.kill, self.restart_redis):
                await asyncio.sleep(REST_SECONDS)
                self.note_memory()
                if is_over.is_set():
                    return
                number = random.randrange(SERVERS)
                self.faults[fault.__name__] += 1
                print(f"{fault.__name__} {number}", flush=True)
                await fault(number)

    def count(self, number: int, words: str) -> int:
        """Return how many lines of a server's log have these words."""
        return sum(words in line for line in self.logs[number].read_text().splitlines())

    async def _until_back(self) -> None:
        async with asyncio.timeout(DEADLINE):
            while any(self.count(n, " is back.") < 2 * times for n, times in enumerate(self.disturbed)):
                await asyncio.sleep(0.2)

    def complaints(self) -> Iterator[str]:
        """Say what the logs lack, and what they have too much."""
        for number, times in enumerate(self.disturbed):
            # The line that says that Redis is lost ends with "until it is back."
            for words, wanted in ((" is lost (", times), (" is back.", 2 * times)):
                if (found := self.count(number, words)) != wanted:
                    yield f"server {number}: {found} lines with {words!r}, {wanted} expected"
            for line in self.logs[number].read_text().splitlines():
                if "The broker" not in line:
                    yield f"server {number}: {line}"


class Member:
    """Someone who stays in a room to the end, and comes back with the last id it has seen."""

    def __init__(self, room: str, name: str, cluster: Cluster) -> None:
        self.room, self.name = room, name
        self._cluster = cluster
        self.heard: list[tuple[str, str]] = []
        self.accepted: list[str] = []
        self.unknown: list[str] = []
        self.resumed = self.gaps = self.refused = 0
        self._websocket: ClientConnection | None = None
        self._answer: asyncio.Future[str] | None = None
        self._saying = ""
        self.has_joined = asyncio.Event()

    async def live(self) -> None:
        """Be connected, again and again, until cancelled."""
        while True:
            server = random.choice(self._cluster.servers)
            after = f"?after={self.heard[-1][0]}" if self.heard else ""
            url = server.url(f"/ws/chat/{self.room}/{self.name}{after}")
            with suppress(OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                async with connect(
                    url, compression=None, proxy=None, ping_interval=5, ping_timeout=20, close_timeout=1
                ) as websocket:
                    self._websocket = websocket
                    async for text in websocket:
                        self._take(json.loads(text))
            self._websocket = None
            self.resumed += 1
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))

    async def talk(self, is_over: asyncio.Event) -> None:
        """Say one thing after the other, each when it is known what became of the one before."""
        number = 0
        while not is_over.is_set():
            await asyncio.sleep(random.uniform(*TALK_SECONDS))
            number += 1
            await self.say(f"{self.name} says {number}")

    async def say(self, text: str) -> None:
        """Send something again until it is not refused, and note the outcome."""
        outcome = "refused"
        while outcome == "refused":
            await self.has_joined.wait()
            outcome = await self._try(text)
            if outcome == "refused":
                self.refused += 1
                await asyncio.sleep(random.uniform(*RETRY_SECONDS))
        (self.accepted if outcome == "accepted" else self.unknown).append(text)

    async def _try(self, text: str) -> str:
        self._saying, self._answer = text, asyncio.get_running_loop().create_future()
        try:
            if self._websocket is None:
                raise OSError
            await self._websocket.send(json.dumps({"action": "message", "text": text}))
        except (OSError, ConnectionClosed):
            return "refused"
        try:
            return await asyncio.wait_for(self._answer, DEADLINE)
        except TimeoutError:
            return "unknown"

    def has_heard(self, text: str) -> bool:
        """Return whether a text has come."""
        return any(words == f"message {text}" for _, words in self.heard)

    def _take(self, event: dict[str, str]) -> None:
        match event:
            case {"type": "message", "text": text, "id": event_id}:
                self.heard.append((event_id, f"message {text}"))
                if text == self._saying:
                    self._settle("accepted")
            case {"type": "joined" | "left" as kind, "username": name, "id": event_id}:
                self.heard.append((event_id, f"{kind} {name}"))
                if name == self.name:
                    self.has_joined.set()
                    # What it said before has come back by now, or it was lost with the connection.
                    self._settle("unknown")
            case {"type": "gap"}:
                self.gaps += 1
            case {"type": "error", "code": "unavailable", "detail": detail}:
                self._settle("unknown" if "not known" in detail else "refused")

    def _settle(self, outcome: str) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result(outcome)


def faults_of(members: list[Member]) -> Iterator[str]:
    """Say what the members of one room have lost, received twice, or in another order."""
    log = max((member.heard for member in members), key=len)
    times = Counter(words for _, words in log if words.startswith("message "))
    yield from (f"{words!r} came {count} times" for words, count in times.items() if count > 1)
    for member in members:
        if member.heard != log[-len(member.heard) :]:
            heard, expected = Counter(member.heard), Counter(log[log.index(member.heard[0]) :])
            lost, more = list((expected - heard).elements()), list((heard - expected).elements())
            yield f"{member.name} lacks {len(lost)} events {lost[:3]}, and has {len(more)} more {more[:3]}"
        lost_texts = [text for text in member.accepted if not times[f"message {text}"]]
        yield from (f"{text!r} was accepted, and is lost" for text in lost_texts)
        if member.gaps:
            yield f"{member.name} came back to {member.gaps} gaps"


async def soak(cluster: Cluster, seconds: float, clients: int) -> tuple[dict[str, int], list[str]]:
    """Let members talk through the faults; return what happened how often, and what was wrong."""
    is_over = asyncio.Event()
    rooms = [
        [Member(f"room-{number}", f"m-{number}-{seat}", cluster) for seat in range(ROOM_SIZE)]
        for number in range(max(1, clients // ROOM_SIZE))
    ]
    members = [member for room in rooms for member in room]
    lives = [asyncio.create_task(member.live()) for member in members]
    async with asyncio.timeout(DEADLINE):
        await asyncio.gather(*[member.has_joined.wait() for member in members])
    talks = [asyncio.create_task(member.talk(is_over)) for member in members]
    suffering = asyncio.create_task(cluster.suffer(is_over))
    await asyncio.sleep(seconds)
    is_over.set()
    await suffering
    await asyncio.gather(*talks)
    problems = await say_the_end(rooms)
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)
    problems += [fault for room in rooms for fault in faults_of(room)]
    counts = {
        "messages accepted": sum(len(member.accepted) for member in members),
        "refused, and said again": sum(member.refused for member in members),
        "not known whether accepted": sum(len(member.unknown) for member in members),
        "attempts to come back": sum(member.resumed for member in members),
        "deliveries compared": sum(len(member.heard) for member in members),
    }
    return counts | dict(cluster.faults), problems


async def say_the_end(rooms: list[list[Member]]) -> list[str]:
    """Say the last word in each room, and wait until all have received it; return who has not."""
    await asyncio.gather(*[room[0].say(THE_END) for room in rooms])
    waiting = [member for room in rooms for member in room]
    with suppress(TimeoutError):
        async with asyncio.timeout(DEADLINE):
            while waiting := [member for member in waiting if not member.has_heard(THE_END)]:
                await asyncio.sleep(0.2)
    return [f"{member.name} has not heard the end" for member in waiting]


def main() -> None:
    """Soak, print what it came to, and end with 0 if all was well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak_faults", description="Soak with faults.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=300, help="how many at once (default: %(default)s)")
    arguments = parser.parse_args()
    allow_many_connections()
    with PrivateRedis() as redis, TemporaryDirectory() as folder, ExitStack() as stack:
        if not redis.is_running:
            sys.exit("The soak needs a Redis: install redis-server.")
        cluster = Cluster(redis, Path(folder), stack)
        counts, problems = asyncio.run(soak(cluster, 60 * arguments.minutes, arguments.clients))
        problems += cluster.complaints()
        if cluster.peak_server > MAX_SERVER_BYTES or cluster.peak_redis > MAX_REDIS_BYTES:
            problems.append("memory was out of its bounds")
    rows = [(name, f"{count:,}") for name, count in counts.items()]
    rows += [("most memory of a server", f"{cluster.peak_server / 1e6:.0f} MB")]
    rows += [
        ("most memory of Redis", f"{cluster.peak_redis / 1e6:.0f} MB"),
        ("problems", f"{len(problems):,}"),
    ]
    print(table("Soak with faults", ["what", "how much"], rows))
    print(*problems[:SHOWN], "Not all is well." if problems else "All is well.", sep="\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
