"""A connection that has ended is gone at once: nothing of it waits for the garbage collection."""

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from server_snippets.main import make_app
from server_snippets.server.connections.guard import GuardedConnection
from server_snippets.server.transport.http import LimitedHttpProtocol
from server_snippets.server.transport.protocol import FanOutProtocol
from websocket_lab import BackgroundServer, LiveClient


OF_A_CONNECTION = (FanOutProtocol, GuardedConnection, LimitedHttpProtocol)
PATHS = ["/ws", "/ws/1", "/ws/chat/lobby/ana", "/ws/auth?token=secret-token", "/ws/json", "/ws/tasks"]


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    """Run the whole server as in service."""
    with BackgroundServer(make_app(), ws=FanOutProtocol, http=LimitedHttpProtocol) as server:
        yield server


def of_connections() -> list[object]:
    """Return what there is of connections."""
    return [thing for thing in gc.get_objects() if type(thing) in OF_A_CONNECTION]


@pytest.fixture
def others() -> Iterator[list[object]]:
    """Collect the garbage that is there, and none from now on; return what other tests have left behind."""
    gc.collect()
    gc.disable()
    yield of_connections()
    gc.enable()


def left_over(others: list[object]) -> list[str]:
    """Return what there is of connections, except those of others."""
    known = set(map(id, others))
    return [type(thing).__name__ for thing in of_connections() if id(thing) not in known]


@pytest.mark.parametrize("leave", [LiveClient.disconnect, LiveClient.vanish])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_left_of_a_connection_that_has_ended(
    server: BackgroundServer, others: list[object], path: str, leave: Callable[[LiveClient], None]
) -> None:
    client = LiveClient(server.url(path)).connect()
    client.send("hi")
    if path != "/ws/tasks":
        client.receive()
    leave(client)
    deadline = time.monotonic() + 30
    while left_over(others) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert left_over(others) == []
