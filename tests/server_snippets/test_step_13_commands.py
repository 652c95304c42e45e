"""The commands that lesson 13 prints start what it says: one chat on one port, on two processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import nbformat

from tests.jupyterlab import stop, wait_for
from tests.notebooks.run import NOTEBOOKS
from tests.private_redis import private_redis
from websocket_lab import LiveClient
from websocket_lab.processes.child_process import free_port, listens
from websocket_lab.processes.private_redis import PrivateRedis


NAMES = [f"guest{number}" for number in range(8)]


@contextmanager
def serving(begin: str, redis: PrivateRedis) -> Iterator[int]:
    """Run the one line of the lesson that begins so, on a free port, and give the port when it answers."""
    lesson = nbformat.read(NOTEBOOKS / "13_scaling_out.ipynb", as_version=4)
    lines = [line for cell in lesson.cells for line in cell.source.splitlines() if line.startswith(begin)]
    assert len(lines) == 1, lines
    words, port = lines[0].removeprefix("python -m ").split(), free_port()
    command = [sys.executable, "-m", *words, "--port", str(port)]
    server = subprocess.Popen(command, env=os.environ | {"REDIS_URL": redis.url})
    try:
        wait_for(lambda: listens(port), 60, f"{lines[0]} did not answer.")
        yield port
    finally:
        stop(server)


def test_uvicorn_serves_one_chat_on_two_processes() -> None:
    with private_redis() as redis, serving("uvicorn ", redis) as port, ExitStack() as stack:
        with redis.client() as inside:
            wait_for(lambda: len(inside.keys("here:*")) == 2, 60, "There are not two processes.")
        guests = [LiveClient(f"ws://127.0.0.1:{port}/ws/{name}", deadline=60) for name in NAMES]
        for guest in guests:
            stack.enter_context(guest)
        guests[0].send("hi")
        for guest in guests:
            guest.wait_for(lambda text: json.loads(text).get("text") == "hi")


def test_the_whole_server_serves_one_room_on_two_processes() -> None:
    with private_redis() as redis, serving("python -m server_snippets", redis) as port, ExitStack() as stack:
        url = f"ws://127.0.0.1:{port}/ws/chat/hall"
        guests = [stack.enter_context(LiveClient(f"{url}/{name}", deadline=60)) for name in NAMES]
        for guest in guests:
            # From now on they receive what is sent; before, it would be in their history.
            guest.wait_for(lambda text: json.loads(text)["type"] == "users")
        guests[0].send_json({"action": "message", "text": "hi"})
        for guest in guests:
            guest.wait_for(lambda text: json.loads(text).get("text") == "hi")
