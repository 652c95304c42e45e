"""Large messages: uvicorn's pings find a silent client, and not one that stalls."""

import time

from server_snippets.demos.large_messages import app, watchers
from websocket_lab import BackgroundServer, LiveClient, WireTap


def wait_until_gone(name: str) -> None:
    end = time.monotonic() + 60
    while name in watchers:
        assert time.monotonic() < end, f"{name} is still there."
        time.sleep(0.01)


def test_a_pulled_cable_is_noticed_and_a_stalled_reader_is_not() -> None:
    with (
        # Ben's first film must be on its way before the first ping.
        BackgroundServer(app, ws_ping_interval=2, ws_ping_timeout=0.2) as server,
        WireTap(server) as tap,
        LiveClient(server.url("/ws/Ben"), "Ben") as ben,
    ):
        ben.pause_reading()
        ben.send("Film 1")
        ben.send("Film 2")
        LiveClient(tap.url("/ws/Eve"), "Eve").connect()
        tap.freeze()
        wait_until_gone("Eve")
        assert watchers == {"Ben"}
        ben.vanish()
        wait_until_gone("Ben")
