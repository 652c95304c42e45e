"""What compose runs, for the tests, and clients of it that leave when a test ends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from secrets import token_hex

import pytest

from tests.docs.deployment.behind_nginx import need
from tests.docs.deployment.compose import Deployment, deployed
from websocket_lab import LiveClient


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Run compose's services as processes."""
    for program in ("nginx", "redis-server"):
        need(program)
    with deployed(tmp_path_factory.mktemp("compose")) as deployment:
        yield deployment


@pytest.fixture
def connect(deployment: Deployment) -> Iterator[Callable[..., LiveClient]]:
    """Open connections through nginx: connect("/ws", "Ana")."""
    with ExitStack() as clients:
        yield lambda path, name="Ana": clients.enter_context(deployment.client(name, path))


@pytest.fixture
def room() -> str:
    """Name a room that nobody was in before."""
    return f"room-{token_hex(4)}"
