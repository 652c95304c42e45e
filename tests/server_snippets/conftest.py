"""The whole server, and clients for it that leave when a test ends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from server_snippets.main import Settings, make_app
from server_snippets.server.transport.protocol import FanOutProtocol
from tests.redis_server import PASSWORD, RedisServer
from websocket_lab import BackgroundServer, LiveClient


Connect = Callable[..., LiveClient]


@pytest.fixture(scope="module", params=["auto", FanOutProtocol], ids=["uvicorn", "fan-out"])
def protocol(request: pytest.FixtureRequest) -> Any:
    """Name uvicorn's own way out to clients, and the fast one: nobody may notice a difference."""
    return request.param


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Run a Redis for all who need one that stays."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Name the file that `Worker`s write what they have to say into."""
    return tmp_path / "workers.log"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """Run a Redis for one test, which may kill it."""
    with RedisServer(tmp_path, PASSWORD) as server:
        yield server


@pytest.fixture(scope="module")
def redis_url(request: pytest.FixtureRequest) -> str:
    """Name no broker; for a module that is marked with `OVER_BOTH_BROKERS` also Redis."""
    if getattr(request, "param", "memory") == "memory":
        return ""

    url: str = request.getfixturevalue("redis_server").url
    return url


@pytest.fixture(scope="module")
def whole_server(protocol: Any, redis_url: str) -> Iterator[BackgroundServer]:
    """Run the whole server; no test may bring an exception out of it."""
    # A test ends before anyone stops typing by themselves.
    settings = Settings(typing_seconds=600, step_seconds=0.02, redis_url=redis_url)
    with BackgroundServer(make_app(settings), ws=protocol) as server:
        yield server
    assert not server.errors


@pytest.fixture
def connect(whole_server: BackgroundServer) -> Iterator[Connect]:
    """Open connections to the whole server: connect("/ws", "Ana")."""
    with ExitStack() as clients:
        yield lambda path, name="Ana", **options: clients.enter_context(
            LiveClient(whole_server.url(path), name, **options)
        )


@pytest.fixture
def room() -> str:
    """Name a room that nobody was in before."""
    return f"room-{token_hex(4)}"
