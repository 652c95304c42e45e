"""The metrics of a server before and after, as a lesson shows them."""

import pytest
from fastapi import FastAPI

from server_snippets.main import make_app
from websocket_lab import BackgroundServer, LiveClient
from websocket_lab.experiments.metrics import changes, read_metrics


def test_what_has_changed_is_in_the_table_and_nothing_else() -> None:
    with BackgroundServer(make_app()) as server:
        before = read_metrics(server)
        with LiveClient(server.url("/ws")) as ana:
            ana.send("hi")
            ana.receive()
            after = read_metrics(server)

    assert after["websocket_messages_sent_total"] == 1
    caption, head, *rows = str(changes(before, after)).splitlines()
    assert head.split() == ["metric", "before", "after", "change"]
    assert {row.split()[0]: row.split()[1:] for row in rows} == {
        "websocket_connections": ["0", "1", "+1"],
        "websocket_connections_opened_total": ["0", "1", "+1"],
        "websocket_messages_received_total": ["0", "1", "+1"],
        "websocket_messages_sent_total": ["0", "1", "+1"],
    }


def test_labels_are_part_of_a_metric_s_name() -> None:
    with BackgroundServer(make_app()) as server:
        assert read_metrics(server)['websocket_handshakes_rejected_total{reason="origin"}'] == 0


def test_a_server_without_metrics_is_an_error() -> None:
    with BackgroundServer(FastAPI()) as server, pytest.raises(OSError, match="404"):
        read_metrics(server)
