"""python -m server_snippets --workers 2: one port, one server, and all end together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from server_snippets.server.brokers.redis.connection import names_database
from tests.redis_server import RedisServer
from tests.server_snippets.cluster import Worker
from tests.server_snippets.service import COMMAND, Printed, serving
from websocket_lab import LiveClient


WORKERS = ("--workers", "2")
# Something else than a server will do: what is told to end while it starts others.
ENDED_WHILE_STARTING = """
import signal, time
from multiprocessing.context import SpawnProcess
from server_snippets.server.workers import Workers

start = SpawnProcess.start

def start_and_signal(process):
    start(process)
    signal.raise_signal(signal.SIGINT)

SpawnProcess.start = start_and_signal
Workers(2, time.sleep, 600).run()
"""


class Visitors:
    """Clients that come one after the other, and the worker that has let in each."""

    def __init__(self, port: int, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self.printed = Printed(process.stdout)
        self.clients: list[LiveClient] = []
        self._port = port

    def add(self) -> str:
        """Let one more come, and return the process id of its worker."""
        url = f"ws://127.0.0.1:{self._port}/ws/json"
        self.clients.append(LiveClient(url, deadline=60, compression="deflate").connect())
        until(lambda: len(self.printed.workers_of_clients()) == len(self.clients))
        return self.printed.workers_of_clients()[-1]

    def add_until(self, number: int) -> None:
        """Let some come, until so many workers have had one."""
        until(lambda: bool(self.add()) and len(set(self.printed.workers_of_clients())) == number)

    def leave(self) -> None:
        """Let all leave."""
        for client in self.clients:
            client.disconnect()


def start_task(port: int) -> tuple[LiveClient, str]:
    """Return a watcher who has started a task, and the process that it runs on."""
    watcher = LiveClient(f"ws://127.0.0.1:{port}/ws/tasks", deadline=60).connect()
    watcher.send_json({"action": "start", "name": "report", "steps": 1})
    while (event := watcher.receive_json())["type"] != "started":
        pass
    process, _, _ = event["task_id"].rpartition("-")
    return watcher, process


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_closed(port: int) -> bool:
    """Return whether nobody listens any more."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return True
    return False


def test_workers_share_the_port_and_know_each_other(redis_server: RedisServer) -> None:
    with serving(*WORKERS, redis_url=redis_server.url) as (port, _), ExitStack() as stack:
        processes: set[str] = set()

        def meet_another() -> bool:
            watcher, process = start_task(port)
            stack.callback(watcher.disconnect)
            processes.add(process)
            return len(processes) == 2

        until(meet_another)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_workers_quietly(redis_server: RedisServer, sign: signal.Signals) -> None:
    with (
        serving(*WORKERS, redis_url=redis_server.url) as (port, process),
        LiveClient(f"ws://127.0.0.1:{port}/ws/auth?token=secret-token", deadline=60) as ana,
    ):
        ana.receive()
        process.send_signal(sign)
        output, _ = process.communicate(timeout=60)
        assert ana.wait_closed() == 1012

    assert (process.returncode, output) == (0, "")
    assert is_closed(port)


def test_a_signal_while_the_first_worker_starts_ends_it_too() -> None:
    command = [sys.executable, "-c", ENDED_WHILE_STARTING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_workers_end_when_their_parent_is_killed(redis_server: RedisServer) -> None:
    with serving(*WORKERS, redis_url=redis_server.url) as (port, process):
        LiveClient(f"ws://127.0.0.1:{port}/ws", deadline=60).connect().disconnect()
        process.kill()

        until(lambda: is_closed(port))


def test_a_worker_that_dies_is_replaced_and_clients_can_come_again(redis_server: RedisServer) -> None:
    with serving(*WORKERS, "--log-level", "info", redis_url=redis_server.url) as (port, process):
        visitors = Visitors(port, process)
        visitors.add_until(2)
        victim = visitors.printed.workers_of_clients()[-1]
        os.kill(int(victim), signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

        assert visitors.clients[-1].wait_closed(60) == 1006
        visitors.add_until(3)
        assert f"Worker {victim} has died" in str(visitors.printed)
        visitors.leave()


def test_workers_have_the_fast_way_out(redis_server: RedisServer) -> None:
    with serving(*WORKERS, "--log-level", "info", redis_url=redis_server.url) as (port, process):
        visitors = Visitors(port, process)
        visitors.add_until(2)

        # uvicorn's own way would have taken the offer.
        for client in visitors.clients:
            headers = client._connection._websocket.response.headers  # type: ignore[union-attr]
            assert "Sec-WebSocket-Extensions" not in headers
        visitors.leave()


def test_several_workers_without_a_broker_are_refused_in_one_sentence() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    command = [*COMMAND, *WORKERS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)

    assert done.returncode == 1
    assert (
        done.stderr == "Several workers need a broker between them: set REDIS_URL, or leave out --workers.\n"
    )


@pytest.mark.parametrize(
    ("address", "words"),
    {
        "redis://:hush-hush/0@nowhere:x": "REDIS_URL is not the address of a Redis server, such as redis://",
        "redis://:hush-hush@127.0.0.1:6379/lessons": "REDIS_URL names a database that is not a number",
    }.items(),
)
def test_a_wrong_address_is_said_without_its_password(address: str, words: str) -> None:
    environment = os.environ | {"REDIS_URL": address}
    done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=60, env=environment)

    assert done.returncode == 1
    assert done.stderr.startswith(words)
    assert "hush" not in done.stderr


@pytest.mark.parametrize(
    "url", ["redis://localhost", "redis://localhost/", "redis://localhost/15", "unix:///run/redis.sock"]
)
def test_a_database_may_be_left_out(url: str) -> None:
    assert names_database(url)


def test_a_broker_that_was_never_there_is_said_to_be_out_of_reach(tmp_path: Path) -> None:
    redis, log = RedisServer(tmp_path, "hush-hush"), tmp_path / "worker.log"
    with Worker(redis.url, log):
        until(lambda: "cannot be reached" in log.read_text())
        redis.start()
        until(lambda: "is there." in log.read_text())
        redis.kill()

    lines = log.read_text()
    address = redis.url.partition("@")[2].partition("/")[0]
    assert f"The broker {address} cannot be reached (Error 111 connecting to {address}." in lines
    assert "lost" not in lines.partition("is there.")[0]
    assert "hush" not in lines
