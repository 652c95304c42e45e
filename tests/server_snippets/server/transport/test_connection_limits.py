"""Only so many connections: in all, and from one address; whoever is refused can tell why."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from server_snippets.main import Settings, make_app
from server_snippets.server.transport.open_connections import most_from
from server_snippets.server.transport.protocol import FanOutProtocol
from tests.server_snippets.service import serving, stop
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


@pytest.fixture(params=["auto", FanOutProtocol], ids=["uvicorn", "draining"])
def ways_out(request: pytest.FixtureRequest) -> Iterator[object]:
    """Name uvicorn's protocol, and ours."""
    yield request.param


def test_a_full_server_refuses_with_503_until_somebody_leaves(ways_out: str) -> None:
    settings = Settings(max_connections=2)
    with BackgroundServer(make_app(settings), ws=ways_out) as server:
        with LiveClient(server.url("/ws")), LiveClient(server.url("/ws"), "Ben") as ben:
            eve = LiveClient(server.url("/ws"), "Eve")
            with pytest.raises(ConnectFailed) as failure:
                eve.connect()
            assert failure.value.status == 503
            ben.disconnect()
            with eve:
                eve.send("hi")
                assert eve.receive() == "Echo: hi"
        assert not server.errors


def test_too_many_from_one_address_are_accepted_and_closed_with_1013(ways_out: str) -> None:
    with (
        BackgroundServer(make_app(Settings(max_per_address=1)), ws=ways_out) as server,
        LiveClient(server.url("/ws")) as ana,
    ):
        eve = LiveClient(server.url("/ws"), "Eve").connect()
        assert eve.wait_closed() == 1013
        assert eve.close_reason == "Too many connections from your address"
        ana.send("hi")
        assert ana.receive() == "Echo: hi"


def forwarded(address: str) -> dict[str, object]:
    """Return what a proxy on this machine would say about a client."""
    return {"additional_headers": {"X-Forwarded-For": address}}


def test_the_address_is_the_one_that_a_trusted_proxy_names() -> None:
    with (
        BackgroundServer(make_app(Settings(max_per_address=1))) as server,
        LiveClient(server.url("/ws"), **forwarded("192.0.2.1")),
        LiveClient(server.url("/ws"), "Ben", **forwarded("192.0.2.2")) as ben,
        LiveClient(server.url("/ws"), "Eve", **forwarded("192.0.2.1")) as eve,
    ):
        assert eve.wait_closed() == 1013
        ben.send("hi")
        assert ben.receive() == "Echo: hi"


def test_what_anyone_else_says_about_an_address_is_not_believed() -> None:
    options = {"forwarded_allow_ips": "192.0.2.9"}
    with (
        BackgroundServer(make_app(Settings(max_per_address=1)), **options) as server,
        LiveClient(server.url("/ws"), **forwarded("192.0.2.1")),
        LiveClient(server.url("/ws"), "Eve", **forwarded("192.0.2.2")) as eve,
    ):
        assert eve.wait_closed() == 1013


def test_by_default_another_machine_has_256_connections_and_this_one_has_no_limit() -> None:
    assert [most_from(address, None) for address in ("192.0.2.1", "2001:db8::1")] == [256, 256]
    assert [most_from(address, None) for address in ("127.0.0.1", "127.8.8.8", "::1", "unknown")] == [0] * 4
    assert [most_from("127.0.0.1", setting) for setting in (0, 3)] == [0, 3]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit.")
def test_no_more_connections_than_file_descriptors_and_503_beyond() -> None:
    warnings: list[str] = []
    with serving(limits="ulimit -n 200", warnings=warnings) as (port, _), ExitStack() as clients:
        url = f"ws://127.0.0.1:{port}/ws"
        # What is kept for others leaves room for 200 - 192.
        for _ in range(8):
            clients.enter_context(LiveClient(url))
        for _ in range(300):
            with pytest.raises(ConnectFailed) as failure:
                LiveClient(url, "Eve").connect()
            assert failure.value.status == 503
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
            assert json.load(answer)["connections"] == 8

    assert "WARNING event=limit max_connections=8 " in warnings[0]


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux sets the limits of another process.")
def test_a_server_that_runs_out_of_file_descriptors_warns_with_the_remedy_and_goes_on() -> None:
    import resource

    with serving() as (port, process):
        url = f"ws://127.0.0.1:{port}/ws"
        with LiveClient(url):
            # It has started.
            pass
        before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        # All that are open already stay open, and no new one fits.
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (4, before[1]))
        assert process.stdout
        line = process.stdout.readline()
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)
        with LiveClient(url) as client:
            client.send("hi")
            assert client.receive() == "Echo: hi"
        rest = stop(process)

    assert "WARNING event=no_descriptors " in line
    assert "ulimit -n" in line
    assert "--max-connections" in line
    assert "event=no_descriptors" not in rest


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells the limits of another process.")
def test_the_limit_of_file_descriptors_is_raised_as_far_as_allowed() -> None:
    with serving(limits="ulimit -S -n 100") as (_, process):
        limits = Path(f"/proc/{process.pid}/limits").read_text()

    (line,) = [line for line in limits.splitlines() if "Max open files" in line]
    soft, hard = line.split()[3:5]
    assert soft == hard
