"""A real Redis for tests, where one is installed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from websocket_lab.processes.private_redis import PrivateRedis, redis_program


@contextmanager
def private_redis() -> Iterator[PrivateRedis]:
    """Run a Redis; skip the test where none is installed (fail, if this is CI)."""
    if redis_program() is None:
        reason = "No redis-server is installed."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)

    with PrivateRedis() as redis:
        yield redis
