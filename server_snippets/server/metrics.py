"""What an operator watches, for Prometheus: `/metrics`.

Connections, messages and what waits for clients are plain numbers where they happen. They are copied into
Prometheus' metrics when somebody asks, and twice a second where several processes share them.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from prometheus_client import REGISTRY, CollectorRegistry, Gauge, Histogram
from prometheus_client import Counter as PrometheusCounter
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from .shutdown import Draining
from .transport.open_connections import OpenConnections
from .transport.traffic import KNOWN_CODES, REASONS


# Where the workers of one server share their numbers; prometheus_client looks there.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
SAMPLE_SECONDS = 0.5
LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The metrics of one app in one process; several workers answer for all of them.

    Args:
        connections: The app's connections, and what has happened on them.
        draining: Whether the app drains.
        is_broker_up: Tells whether the broker is there, where the app has one.
    """

    def __init__(
        self, connections: OpenConnections, draining: Draining, is_broker_up: Callable[[], bool] | None = None
    ) -> None:
        self._connections = connections
        self._draining = draining
        self._is_broker_up = is_broker_up
        self.registry = CollectorRegistry()
        self._told: Counter[tuple[PrometheusCounter, str]] = Counter()
        self._open = self._gauge("connections", "Open WebSocket connections.", "livesum")
        self._handshakes = self._gauge("handshakes_pending", "Connections without a request yet.", "livesum")
        self._backlog = self._gauge("backlog_bytes", "Memory that waits for slow clients.", "livesum")
        self._is_draining = self._gauge("draining", "1 while the server drains.", "livemax")
        self._broker = self._gauge("broker_up", "0 while a process has lost its broker.", "livemin")
        self._opened = self._counter("connections_opened", "Connections that an endpoint accepted.")
        self._closed = self._counter("connections_closed", "Connections that ended, by close code.", "code")
        self._rejected = self._counter("handshakes_rejected", "Connections rejected, by reason.", "reason")
        self._received = self._counter("messages_received", "Messages from clients.")
        self._sent = self._counter("messages_sent", "Messages to clients, one for each receiver.")
        self._dropped = self._counter("messages_dropped", "Messages dropped for slow clients.")
        self._limited = self._counter("messages_rate_limited", "Messages and pings over the rate.")
        # From the beginning: Prometheus cannot see a series grow that was not there.
        for code in sorted(KNOWN_CODES):
            self._closed.labels(str(code))
        for reason in REASONS:
            self._rejected.labels(reason)
        self._lag = Histogram(
            "websocket_event_loop_lag_seconds",
            "How late the event loop wakes a task.",
            buckets=LAGS,
            registry=self.registry,
        )

    def _gauge(self, name: str, help: str, mode: str) -> Gauge:
        return Gauge(f"websocket_{name}", help, registry=self.registry, multiprocess_mode=mode)  # type: ignore[arg-type]

    def _counter(self, name: str, help: str, *labels: str) -> PrometheusCounter:
        return PrometheusCounter(f"websocket_{name}", help, labels, registry=self.registry)

    def text(self, accept: str = "") -> tuple[bytes, str]:
        """Return all metrics, and the content type, in the format that a scraper accepts best."""
        self.update()
        encode, content_type = choose_encoder(accept)
        return encode(self._whole()), content_type

    def _whole(self) -> CollectorRegistry:
        registry = CollectorRegistry()
        if SHARED in os.environ:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(self.registry)
            # The process's own, and those that your code adds.
            registry.register(REGISTRY)
        return registry

    def update(self) -> None:
        """Copy the numbers as they are now."""
        connections, traffic = self._connections, self._connections.traffic
        self._open.set(connections.count)
        self._handshakes.set(connections.handshakes)
        self._backlog.set(traffic.backlog_bytes)
        self._is_draining.set(self._draining.has_begun)
        self._broker.set(self._is_broker_up is None or self._is_broker_up())
        self._advance(self._opened, traffic.opened)
        self._advance(self._received, traffic.received)
        self._advance(self._sent, traffic.sent)
        self._advance(self._dropped, traffic.dropped)
        self._advance(self._limited, traffic.rate_limited)
        for code, number in traffic.closed.items():
            self._advance(self._closed, number, code)
        for reason, number in traffic.rejected.items():
            self._advance(self._rejected, number, reason)

    def _advance(self, counter: PrometheusCounter, number: int, label: str = "") -> None:
        key = counter, label
        (counter.labels(label) if label else counter).inc(number - self._told[key])
        self._told[key] = number

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Count what is fanned out, and measure the event loop's lag, for as long as the block lasts."""
        with self._connections.traffic.counting():
            measuring = asyncio.create_task(self._measure())
            try:
                yield
            finally:
                measuring.cancel()
                with suppress(asyncio.CancelledError):
                    await measuring

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + SAMPLE_SECONDS
            await asyncio.sleep(SAMPLE_SECONDS)
            self._lag.observe(max(0.0, loop.time() - due))
            if SHARED in os.environ:
                self.update()


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Let the processes that are started within the block answer for each other's metrics."""
    if SHARED in os.environ:
        yield
        return

    with tempfile.TemporaryDirectory(prefix="metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[SHARED] = folder
        try:
            yield
        finally:
            del os.environ[SHARED]


def forget_process(pid: int) -> None:
    """Count what a dead process had open no more; what it had counted stays."""
    if folder := os.environ.get(SHARED):
        mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
