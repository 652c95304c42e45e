"""Processes beside the notebook: they answer when they are there, and none outlives who has started it."""

import subprocess
import sys

import pytest

from tests.jupyterlab import wait_for
from websocket_lab.processes.child_process import ProcessStartError, listens
from websocket_lab.processes.workers import Workers


ECHO = "server_snippets.step_02_echo:app"
PARENT = f"""
from websocket_lab.processes.private_redis import PrivateRedis
from websocket_lab.processes.workers import Workers
workers, redis = Workers(1).serve({ECHO!r}), PrivateRedis().start()
print(workers[0].port, redis.port, flush=True)
input()
"""


def test_a_worker_keeps_its_port_when_it_serves_again() -> None:
    with Workers(1).serve(ECHO) as workers:
        port = workers[0].port
        assert workers.serve(ECHO)[0].port == port
        assert listens(port)
    assert not listens(port)


def test_an_app_that_cannot_start_says_why() -> None:
    with pytest.raises(ProcessStartError, match="no_such_module"):
        Workers(1).serve("no_such_module:app")


def test_a_killed_worker_can_be_stopped() -> None:
    with Workers(1).serve(ECHO) as workers:
        workers[0].kill()
        assert not workers[0].is_running


def test_nothing_outlives_a_kernel_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        ports = [int(port) for port in parent.stdout.readline().split()]
        assert listens(ports[0])
        parent.kill()

    wait_for(lambda: not any(map(listens, ports)), 60, "A process outlived the one that started it.")
