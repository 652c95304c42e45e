"""The lessons' own Redis for tests, where one is installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.redis_server import redis_path
from websocket_lab.processes.private_redis import PrivateRedis


@contextmanager
def private_redis() -> Iterator[PrivateRedis]:
    """Run a Redis as a lesson does; skip the test where none is installed (fail, if this is CI)."""
    redis_path()
    with PrivateRedis() as redis:
        yield redis
