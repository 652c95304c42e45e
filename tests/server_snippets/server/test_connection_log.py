"""What the log tells: who came, how it ended, who was turned away; and what it does not tell."""

import logging
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

from server_snippets.main import Settings, make_app
from tests.server_snippets.close_line import close_lines
from tests.server_snippets.service import serving
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
Visit = Callable[[BackgroundServer], None]


def lines_of(
    visit: Visit,
    caplog: pytest.LogCaptureFixture,
    settings: Settings | None = None,
    protocol: Any = "auto",
) -> list[str]:
    """Return what the server logs of a visit."""
    caplog.set_level(logging.INFO, logger="server_snippets")
    with BackgroundServer(make_app(settings), ws=protocol) as server:
        visit(server)
    return [record.getMessage() for record in caplog.records if record.name == "server_snippets"]


def test_a_connection_is_a_line_when_it_opens_and_one_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    opened, closed = lines_of(lambda server: LiveClient(server.url("/ws")).connect().disconnect(3456), caplog)

    assert opened == "event=open path=/ws address=127.0.0.1 open=1"
    how = r"event=close path=/ws address=127\.0\.0\.1 code=3456 seconds=\d+\.\d+ open=0"
    assert re.fullmatch(how, closed)


def knock(server: BackgroundServer) -> None:
    """Try a wrong token, then say a secret with the right one."""
    assert LiveClient(server.url("/ws/auth?token=guessed-token")).connect().wait_closed() == 4001
    with LiveClient(server.url("/ws/auth?token=secret-token")) as ana:
        ana.send("my-password")
        ana.wait_for("Echo: my-password")


def test_a_wrong_token_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    lines = lines_of(knock, caplog)

    assert "event=auth_failed path=/ws/auth address=127.0.0.1" in lines
    assert any(line.startswith("event=close path=/ws/auth") and "code=4001" in line for line in lines)


def test_no_token_and_no_message_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    lines_of(knock, caplog)

    assert "guessed-token" not in caplog.text
    assert "secret-token" not in caplog.text
    assert "my-password" not in caplog.text


def test_a_line_break_in_a_path_begins_no_line(caplog: pytest.LogCaptureFixture) -> None:
    path = "/ws/chat/lobby%0Aevent=drained/ana"
    lines = lines_of(lambda server: LiveClient(server.url(path)).connect().disconnect(), caplog)

    assert lines[0].startswith("event=open path=/ws/chat/lobby%0Aevent")
    assert not any("\n" in line for line in lines)


def test_an_address_from_a_proxy_forges_no_field_and_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    forged = "1.2.3.4' code=1000\tevent=drained " + "x" * 5000
    options = {"additional_headers": {"X-Forwarded-For": forged}}
    lines = lines_of(lambda server: LiveClient(server.url("/ws"), **options).connect().disconnect(), caplog)

    assert lines[0].startswith("event=open path=/ws address=1.2.3.4%27%20code%3D1000%09event%3Ddrained%20x")
    assert all(len(line) < 400 for line in lines)


def test_an_end_of_tcp_is_1006_and_a_close_frame_without_a_code_1005(protocol: Any) -> None:
    with close_lines() as lines, BackgroundServer(make_app(), ws=protocol) as server:
        LiveClient(server.url("/ws")).connect().vanish()
        assert " code=1006 " in lines.next()

        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client:
            client.sendall(HANDSHAKE.encode())
            assert b"101" in client.recv(1000)
            # An empty close frame.
            client.sendall(b"\x88\x80\0\0\0\0")
            assert " code=1005 " in lines.next()


def test_what_was_over_the_rate_is_counted_when_the_connection_ends(
    protocol: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def flood(server: BackgroundServer) -> None:
        with LiveClient(server.url("/ws"), "Eve") as eve:
            for _ in range(6):
                eve.send("x")
            eve.wait_for(lambda text: "rate_limited" in text)

    *_, line = lines_of(flood, caplog, Settings(rate=2), protocol=protocol)
    assert re.search(r" open=0 rate_limited=[1-9]$", line)


def test_who_is_turned_away_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    def come_twice(server: BackgroundServer) -> None:
        with LiveClient(server.url("/ws")), LiveClient(server.url("/ws"), "Eve") as eve:
            eve.wait_closed()

    lines = lines_of(come_twice, caplog, Settings(max_per_address=1))

    assert (
        "event=refused path=/ws address=127.0.0.1 code=1013 reason='Too many connections from your address'"
        in lines
    )


def test_a_foreign_page_is_noted_with_what_it_was_compared_with(caplog: pytest.LogCaptureFixture) -> None:
    def come_from_elsewhere(server: BackgroundServer) -> None:
        with pytest.raises(ConnectFailed):
            LiveClient(server.url("/ws"), origin="https://evil.example").connect()

    (line,) = lines_of(come_from_elsewhere, caplog)

    assert caplog.records[-1].levelname == "WARNING"
    assert line.startswith("event=refused path=/ws address=127.0.0.1 status=403 reason='Foreign origin' ")
    assert "origin=https://evil.example host=127.0.0.1:" in line


@pytest.mark.parametrize("path", ["/nowhere", "/ws/nobody"])
def test_a_path_that_leads_nowhere_is_refused_and_never_open(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    def knock_there(server: BackgroundServer) -> None:
        with pytest.raises(ConnectFailed):
            LiveClient(server.url(path)).connect()

    assert lines_of(knock_there, caplog) == [
        f"event=refused path={path} address=127.0.0.1 status=403 reason='Not accepted'"
    ]


def test_uvicorn_s_lines_have_time_and_process_like_ours() -> None:
    with serving() as (port, process):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.sendall(b"nonsense\r\n\r\n")
            client.recv(1000)
        process.terminate()
        output, _ = process.communicate(timeout=60)

    assert re.fullmatch(rf"[-\d]+ [:,\d]+ {process.pid} WARNING Invalid HTTP request received.\n", output)


def test_the_command_logs_each_connection_on_request() -> None:
    with serving("--log-level", "info") as (port, process):
        LiveClient(f"ws://127.0.0.1:{port}/ws/auth?token=secret-token").connect().disconnect()
        process.terminate()
        output, _ = process.communicate(timeout=60)

    assert "INFO event=open path=/ws/auth address=127.0.0.1 open=1" in output
    assert "code=1000" in output
    assert "secret-token" not in output
