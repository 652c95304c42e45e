"""`/metrics`, read as Prometheus reads it: the numbers move as real clients come, talk, and are rejected."""

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import WebSocket
from prometheus_client import REGISTRY, Counter
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from server_snippets.main import Settings, make_app
from server_snippets.server.transport.backlog import SlowClients
from server_snippets.server.transport.http import LimitedHttpProtocol
from server_snippets.server.transport.protocol import FanOutProtocol
from tests.redis_server import RedisServer
from tests.server_snippets.service import Printed, serving
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


CLOSED, REJECTED = "websocket_connections_closed_total", "websocket_handshakes_rejected_total"
RECEIVED, SENT = "websocket_messages_received_total", "websocket_messages_sent_total"
# More than the systems' buffers hold.
MUCH = "x" * 60_000


def get(port: int, path: str, accept: str = "text/plain") -> tuple[int, str, str]:
    """Return the status, the text and the content type of a page."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), ""


class Scrape:
    """The metrics at one moment."""

    def __init__(self, port: int) -> None:
        self._families = list(text_string_to_metric_families(get(port, "/metrics")[1]))

    def __call__(self, name: str, **labels: str) -> float:
        """Return one value."""
        samples = [sample for family in self._families for sample in family.samples]
        (value,) = [sample.value for sample in samples if (sample.name, sample.labels) == (name, labels)]
        return value


def wait_for(port: int, value: float, name: str, **labels: str) -> None:
    """Scrape until a metric has this value; the test's own time limit ends it."""
    while Scrape(port)(name, **labels) != value:
        pass


@pytest.fixture
def server(protocol: Any) -> Iterator[BackgroundServer]:
    """Run the whole server, which nobody has been at yet."""
    app = make_app(Settings(rate=20, slow_clients=SlowClients.DROP_OLDEST))

    @app.websocket("/ws/block/the/loop")
    async def block(websocket: WebSocket) -> None:
        await websocket.accept()
        time.sleep(1)

    http = LimitedHttpProtocol if protocol is FanOutProtocol else "auto"
    with BackgroundServer(app, ws=protocol, http=http) as server:
        yield server


def test_messages_are_counted_in_and_out_for_each_receiver(server: BackgroundServer) -> None:
    with ExitStack() as clients:
        people = [clients.enter_context(LiveClient(server.url("/ws/json"), name)) for name in ("Ana", "Ben")]
        for person in people:
            person.send_json({"action": "subscribe", "channel": "news"})
            person.receive()
        for number in range(5):
            people[0].send_json({"action": "send", "channel": "news", "message": str(number)})
        for person in people:
            person.wait_for(lambda text: '"message":"4"' in text)
        scrape = Scrape(server.port)

    # Two subscribe, and each gets an answer; five messages reach two.
    assert scrape(RECEIVED) == 2 + 5
    assert scrape(SENT) == 2 + 5 * 2


def test_an_echo_is_counted_in_and_out(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws")) as ana:
        ana.send("hi")
        ana.receive()
        scrape = Scrape(server.port)

    assert (scrape(RECEIVED), scrape(SENT)) == (1, 1)


def test_an_app_that_is_started_again_counts_on(protocol: Any) -> None:
    app = make_app()
    for visits in (1, 2):
        with BackgroundServer(app, ws=protocol) as server, LiveClient(server.url("/ws/json")) as ana:
            # The first is fanned out, the second answered.
            ana.send_json({"action": "echo", "data": 1})
            ana.receive()
            with LiveClient(server.url("/ws")) as ben:
                ben.send("hi")
                ben.receive()
            assert Scrape(server.port)(SENT) == 2 * visits


def test_connections_are_counted_as_they_open_and_end(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws")), LiveClient(server.url("/ws/auth"), "Eve") as eve:
        eve.wait_closed()
        wait_for(server.port, 1, CLOSED, code="4001")
        scrape = Scrape(server.port)
        assert scrape("websocket_connections") == 1
        assert scrape("websocket_connections_opened_total") == 2
    wait_for(server.port, 1, CLOSED, code="1000")
    assert Scrape(server.port)("websocket_connections") == 0


def test_a_code_of_the_client_s_own_fills_no_memory(server: BackgroundServer) -> None:
    for code in (3001, 3002):
        LiveClient(server.url("/ws")).connect().disconnect(code)

    wait_for(server.port, 2, CLOSED, code="other")


def test_rejections_are_counted_by_reason(server: BackgroundServer) -> None:
    with pytest.raises(ConnectFailed):
        LiveClient(server.url("/ws"), origin="https://evil.example").connect()
    with pytest.raises(ConnectFailed):
        LiveClient(server.url("/nowhere")).connect()
    scrape = Scrape(server.port)

    assert (scrape(REJECTED, reason="origin"), scrape(REJECTED, reason="not_accepted")) == (1, 1)
    assert scrape("websocket_connections_opened_total") == 0


def test_limits_are_counted_by_reason() -> None:
    settings = Settings(max_connections=2, max_per_address=1)
    with BackgroundServer(make_app(settings), ws=FanOutProtocol, http=LimitedHttpProtocol) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as eve:
            eve.sendall(b"nonsense\r\n\r\n")
            assert b"400" in eve.recv(1000)
        wait_for(server.port, 1, REJECTED, reason="bad_request")
        with LiveClient(server.url("/ws")):
            assert LiveClient(server.url("/ws"), "Ben").connect().wait_closed() == 1013
            wait_for(server.port, 1, REJECTED, reason="too_many_from_address")


def test_what_is_over_the_rate_is_counted(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws"), "Eve") as eve:
        for _ in range(100):
            eve.send("x")
        eve.wait_for(lambda text: "rate_limited" in text)
        assert Scrape(server.port)("websocket_messages_rate_limited_total") > 0


def test_what_waits_for_a_slow_client_is_seen_until_it_is_gone(server: BackgroundServer) -> None:
    with LiveClient(server.url("/ws/json"), "Eve") as eve, LiveClient(server.url("/ws/json")) as ana:
        eve.send_json({"action": "subscribe", "channel": "news"})
        eve.receive()
        eve.pause_reading()
        while not Scrape(server.port)("websocket_messages_dropped_total"):
            ana.send_json({"action": "send", "channel": "news", "message": MUCH})
        assert Scrape(server.port)("websocket_backlog_bytes") > len(MUCH)
        eve.vanish()
        wait_for(server.port, 0, "websocket_backlog_bytes")


def test_a_blocked_event_loop_lags(server: BackgroundServer) -> None:
    LiveClient(server.url("/ws/block/the/loop"), deadline=60).connect().wait_closed()

    def slow(scrape: Scrape) -> float:
        most, all_of_them = (
            scrape("websocket_event_loop_lag_seconds_bucket", le=bound) for bound in ("0.25", "+Inf")
        )
        return all_of_them - most

    # A second without the loop, of which the measuring task would have slept half.
    while not slow(Scrape(server.port)):
        pass


def test_your_own_metrics_and_the_process_s_are_there_too(server: BackgroundServer) -> None:
    orders = Counter("test_orders", "Orders of the shop.")
    orders.inc(3)
    scrape = Scrape(server.port)
    REGISTRY.unregister(orders)

    assert scrape("test_orders_total") == 3
    assert scrape("process_resident_memory_bytes") > 0


def test_a_scraper_that_asks_for_openmetrics_gets_it(server: BackgroundServer) -> None:
    _, text, content_type = get(server.port, "/metrics", "application/openmetrics-text; version=1.0.0")

    assert content_type.startswith("application/openmetrics-text")
    families = openmetrics.text_string_to_metric_families(text)
    assert "websocket_messages_sent" in {family.name for family in families}


def test_two_workers_answer_for_each_other(redis_server: RedisServer) -> None:
    with serving("--workers", "2", redis_url=redis_server.url) as (port, _), ExitStack() as clients:
        people = [
            clients.enter_context(LiveClient(f"ws://127.0.0.1:{port}/ws", deadline=60)) for _ in range(8)
        ]
        for person in people:
            person.send("hi")
            person.receive()
        # Whichever worker answers, it knows the other's numbers half a second later.
        for _ in range(8):
            wait_for(port, 8, "websocket_connections")
            wait_for(port, 8, SENT)


def test_a_worker_s_death_takes_its_connections_and_leaves_what_it_has_counted(
    redis_server: RedisServer,
) -> None:
    options = ("--workers", "2", "--log-level", "info")
    with serving(*options, redis_url=redis_server.url) as (port, process), ExitStack() as clients:
        assert process.stdout
        lines = Printed(process.stdout)
        for number in range(8):
            person = clients.enter_context(LiveClient(f"ws://127.0.0.1:{port}/ws", deadline=60))
            person.send("hi")
            person.receive()
            while len(lines.workers_of_clients()) <= number:
                pass
        wait_for(port, 8, "websocket_connections")
        wait_for(port, 8, SENT)
        died = lines.workers_of_clients()[0]
        os.kill(int(died), signal.SIGKILL)

        wait_for(port, 8 - lines.workers_of_clients().count(died), "websocket_connections")
        assert Scrape(port)(SENT) == 8


def test_a_lost_broker_is_seen_and_makes_the_server_unready_for_those_who_ask(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    redis.start()
    with BackgroundServer(make_app(Settings(redis_url=redis.url))) as server:
        assert get(server.port, "/ready/redis")[0] == 200
        redis.kill()
        wait_for(server.port, 0, "websocket_broker_up")
        status, text, _ = get(server.port, "/ready/redis")
        assert (status, "lost Redis" in text) == (503, True)
        # A load balancer that took this for an answer would take out all processes at once.
        assert get(server.port, "/ready")[0] == get(server.port, "/health")[0] == 200


def test_without_redis_the_server_is_ready(server: BackgroundServer) -> None:
    assert (
        get(server.port, "/ready/redis")[:2] == get(server.port, "/ready")[:2] == (200, '{"status":"ready"}')
    )
