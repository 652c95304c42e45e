"""The log as text and as JSON: the same fields, and the connection's id in each line about a connection."""

import io
import json
import logging
from collections import defaultdict
from collections.abc import Iterator

import pytest
from fastapi import WebSocket

from server_snippets.main import make_app
from server_snippets.server.logs import TEXT_FORMAT, AddConnection, TextLines, json_lines, log
from tests.server_snippets.service import serving, stop
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


class Log:
    """What both formats make of everything that is logged."""

    def __init__(self) -> None:
        self.text, self.json = io.StringIO(), io.StringIO()
        self.handlers = [logging.StreamHandler(self.text), logging.StreamHandler(self.json)]
        for handler, formatter in zip(self.handlers, [TextLines(TEXT_FORMAT), json_lines()], strict=True):
            handler.addFilter(AddConnection())
            handler.setFormatter(formatter)

    def lines(self) -> list[dict[str, object]]:
        """Return the lines of JSON."""
        return [json.loads(line) for line in self.json.getvalue().splitlines()]


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """Return what is logged from now on, from INFO on."""
    caplog.set_level(logging.INFO, logger="server_snippets")
    log, root = Log(), logging.getLogger()
    for handler in log.handlers:
        root.addHandler(handler)
    yield log
    for handler in log.handlers:
        root.removeHandler(handler)


def visit_and_fail() -> None:
    """Open a connection that ends well, one whose endpoint logs a failure, and one that is refused."""
    app = make_app()

    @app.websocket("/ws/broken/endpoint")
    async def fail(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            raise RuntimeError("broken")
        except RuntimeError:
            logging.getLogger("orders").exception("No order")

    with BackgroundServer(app) as server:
        LiveClient(server.url("/ws")).connect().disconnect()
        LiveClient(server.url("/ws/broken/endpoint"), "Ben").connect().wait_closed()
        with pytest.raises(ConnectFailed):
            LiveClient(server.url("/ws"), "Eve", origin="https://evil.example").connect()


def test_all_lines_of_a_connection_have_its_id_and_no_others_have(written: Log) -> None:
    visit_and_fail()
    log("drained", told=3)

    events = defaultdict(list)
    for line in written.lines():
        events[line.get("connection")].append(line.get("event") or str(line["traceback"]).split()[-1])
    assert sorted(events.pop(None)) == ["drained"]
    assert sorted(map(sorted, events.values())) == [
        ["broken", "close", "open"],
        ["close", "open"],
        ["refused"],
    ]


def test_both_formats_say_the_same(written: Log) -> None:
    visit_and_fail()

    lines = [line for line in written.lines() if line.get("event") == "refused"]
    (text,) = [line for line in written.text.getvalue().splitlines() if "event=refused" in line]
    (refused,) = lines
    assert (refused["reason"], refused["status"], refused["level"]) == ("Foreign origin", 403, "WARNING")
    assert f"reason='Foreign origin' origin={refused['origin']} host={refused['host']}" in text
    assert text.endswith(f" connection={refused['connection']}")


def test_a_line_is_one_object_with_its_time_in_utc(written: Log) -> None:
    visit_and_fail()

    for line in written.lines():
        assert str(line["time"]).endswith("+00:00")
        assert {"level", "logger", "process"} < set(line)
        # Our own lines have fields instead of a message.
        assert ("event" in line) != ("message" in line)


def test_a_traceback_stays_in_its_line_of_json(written: Log) -> None:
    visit_and_fail()

    (failure,) = [line for line in written.lines() if "traceback" in line]
    assert "RuntimeError: broken" in str(failure["traceback"])
    assert "\n" in str(failure["traceback"])


def test_the_command_logs_json_on_request() -> None:
    with serving("--log-level", "info", "--log-format", "json") as (port, process):
        LiveClient(f"ws://127.0.0.1:{port}/ws/auth?token=secret-token").connect().disconnect()
        lines = [json.loads(line) for line in stop(process).splitlines()]

    opened, closed, *_ = lines
    assert (opened["event"], opened["path"], opened["open"]) == ("open", "/ws/auth", 1)
    assert (closed["event"], closed["code"], closed["connection"]) == ("close", 1000, opened["connection"])
    assert [line["event"] for line in lines[2:]] == ["drain", "drained"]
    assert "secret-token" not in str(lines)
