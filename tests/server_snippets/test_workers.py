"""python -m server_snippets --workers 2: one port, one server, and all end together."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from server_snippets.command_line import read_arguments
from tests.redis_server import RedisServer
from websocket_lab import LiveClient


COMMAND = [sys.executable, "-m", "server_snippets", "--port", "0"]


@contextmanager
def serving(redis_url: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """Run two workers and give their port."""
    process = subprocess.Popen(
        [*COMMAND, "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"REDIS_URL": redis_url},
    )
    try:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found
        yield int(found[1]), process
    finally:
        process.kill()
        process.communicate(timeout=30)


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
    with serving(redis_server.url) as (port, _), ExitStack() as stack:
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
        serving(redis_server.url) as (port, process),
        LiveClient(f"ws://127.0.0.1:{port}/ws/auth?token=secret-token", deadline=60) as ana,
    ):
        ana.receive()
        process.send_signal(sign)
        output, _ = process.communicate(timeout=30)
        assert ana.wait_closed() == 1012

    assert (process.returncode, output) == (0, "")
    assert is_closed(port)


def test_workers_end_when_their_parent_is_killed(redis_server: RedisServer) -> None:
    with serving(redis_server.url) as (port, process):
        LiveClient(f"ws://127.0.0.1:{port}/ws", deadline=60).connect().disconnect()
        process.kill()

        until(lambda: is_closed(port))


def test_several_workers_without_a_broker_are_refused_in_one_sentence() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    command = [*COMMAND, "--workers", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)

    assert done.returncode == 1
    assert (
        done.stderr == "Several workers need a broker between them: set REDIS_URL, or leave out --workers.\n"
    )


def test_a_wrong_address_is_said_without_its_password() -> None:
    environment = os.environ | {"REDIS_URL": "redis://:hush-hush/0@nowhere:x"}
    done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=60, env=environment)

    assert done.returncode == 1
    assert done.stderr.startswith("REDIS_URL is no address of a Redis server, such as redis://")
    assert "hush" not in done.stderr


@pytest.mark.parametrize("number", ["0", "two", "65"])
def test_a_number_of_workers_is_explained(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["--workers", number])

    assert "give 1 to 64" in capsys.readouterr().err
