"""Each best practice passes on the whole server, and fails on one that does not keep it, with the reason."""

from collections.abc import Iterator

import pytest

from server_snippets.demos.naive_server import make_naive_app
from server_snippets.main import make_app
from server_snippets.server.transport.protocol import FanOutProtocol
from websocket_lab import BackgroundServer
from websocket_lab.experiments.best_practices import PRACTICES, Practice, a_heartbeat_finds_the_dead, find


# Why the naive server fails, in the order of the practices.
REASONS = [
    "Ben received no “left” within 3 s.",
    " .” within 3 s.",
    "Eve's connection is closed (1006)",
    "Eve could not see the connection close",
    "which is no JSON",
    "Ben received no “left” within 6 s.",
]


@pytest.fixture(scope="module", params=["auto", FanOutProtocol], ids=["uvicorn", "fan-out"])
def whole_server(request: pytest.FixtureRequest) -> Iterator[BackgroundServer]:
    # Not so short that a busy machine loses a client that lives.
    with BackgroundServer(make_app(), ws=request.param, ws_ping_interval=1, ws_ping_timeout=2.5) as server:
        yield server
    assert not server.errors


@pytest.fixture(scope="module")
def naive_server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_naive_app(), ws_ping_interval=None) as server:
        yield server


@pytest.mark.parametrize("practice", PRACTICES)
def test_the_whole_server_keeps_it(whole_server: BackgroundServer, practice: Practice) -> None:
    finding = find(practice, whole_server)

    assert finding.passed, finding.seen


@pytest.mark.parametrize(("practice", "reason"), list(zip(PRACTICES, REASONS, strict=True)))
def test_the_hasty_server_does_not(naive_server: BackgroundServer, practice: Practice, reason: str) -> None:
    finding = find(practice, naive_server)

    assert not finding.passed
    assert reason in finding.seen


def test_without_pings_nobody_finds_the_dead() -> None:
    with BackgroundServer(make_app(), ws_ping_interval=None) as server:
        assert "received no “left”" in find(a_heartbeat_finds_the_dead, server).seen
