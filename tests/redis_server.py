"""A real Redis on a free port; it can be killed, and started again with what it has written."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from websocket_lab.processes.child_process import free_port
from websocket_lab.processes.private_redis import redis_program


# What a server does over Redis nobody may notice: the mark of a module whose tests run with it and without.
OVER_BOTH_BROKERS = pytest.mark.parametrize("redis_url", ["memory", "redis"], indirect=True, scope="module")
PASSWORD = "hush-hush"


def redis_path() -> str:
    """Return where a Redis server is; skip the test where none is installed (fail, if this is CI)."""
    if path := redis_program():
        return path

    reason = "Redis is not installed."
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


class RedisServer:
    """`with RedisServer(folder) as redis: redis.url`.

    Args:
        folder: Where it writes what it must not forget.
        password: What its clients have to say, if anything.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, folder: Path, password: str = "") -> None:
        self._folder = folder
        self._password = password
        self.port = free_port()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """End it."""
        self.kill()

    @property
    def url(self) -> str:
        """The address for its clients."""
        return f"redis://{f':{self._password}@' if self._password else ''}127.0.0.1:{self.port}/0"

    def start(self, **more: str) -> None:
        """Start it, with more options if need be, and return when it answers."""
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self._folder),
            "save": "",
            # Nothing that was answered is lost, even if it is killed in the next moment.
            "appendonly": "yes",
            "appendfsync": "always",
            **({"requirepass": self._password} if self._password else {}),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        command = [redis_path(), *(word for name, value in options.items() for word in (f"--{name}", value))]
        with (self._folder / "redis.log").open("a") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline, "Redis did not start."
            time.sleep(0.01)

    def kill(self) -> None:
        """End it without a warning."""
        self._process.kill()
        self._process.wait(60)

    def forget(self) -> None:
        """Remove everything that it has written."""
        shutil.rmtree(self._folder / "appendonlydir")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as client:
                client.sendall(b"PING\r\n")
                # With a password it answers that it wants one; while it reads its file, that it is loading.
                return client.recv(100).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False
