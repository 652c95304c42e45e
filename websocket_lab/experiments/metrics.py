"""The numbers that a server tells Prometheus, before and after something happens to it."""

from collections.abc import Iterator, Mapping
from typing import Protocol
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from websocket_lab.display.card import Card
from websocket_lab.display.table import table


PREFIX = "websocket_"


class Server(Protocol):
    """A server that answers over HTTP, in this process or in another."""

    def http_url(self, path: str = "/") -> str:
        """Return the HTTP address of `path`."""


def read_metrics(server: Server) -> dict[str, float]:
    """Return the server's own counters and gauges; a key is a name with its labels, as Prometheus writes it.

    Raises:
        OSError: Nobody answers, or the server has no `/metrics`.
    """
    with urlopen(server.http_url("/metrics"), timeout=10) as answer:
        text = answer.read().decode()
    return {_key(sample): sample.value for sample in _own_samples(text)}


def _own_samples(text: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text):
        if family.name.startswith(PREFIX) and family.type in ("counter", "gauge"):
            # The time at which a counter began is not a count.
            yield from (sample for sample in family.samples if not sample.name.endswith("_created"))


def _key(sample: Sample) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
    return f"{sample.name}{{{labels}}}" if labels else sample.name


def changes(before: Mapping[str, float], after: Mapping[str, float]) -> Card:
    """Return a table of the metrics that have changed between two readings of one server."""
    changed = {name: (before.get(name, 0), value) for name, value in after.items()}
    rows = [
        [name, f"{old:,.0f}", f"{new:,.0f}", f"{new - old:+,.0f}"]
        for name, (old, new) in changed.items()
        if old != new
    ]
    return table("What has changed in /metrics", ["metric", "before", "after", "change"], rows)
