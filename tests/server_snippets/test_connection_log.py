"""What the log tells: who came, how it ended, who was turned away; and what it does not tell."""

import logging
import re
import socket
from collections.abc import Callable

import pytest

from server_snippets.main import Settings, make_app
from tests.server_snippets.service import serving
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


Visit = Callable[[BackgroundServer], None]


def lines_of(visit: Visit, caplog: pytest.LogCaptureFixture, settings: Settings | None = None) -> list[str]:
    """Return what the server logs of a visit."""
    caplog.set_level(logging.INFO, logger="server_snippets")
    with BackgroundServer(make_app(settings)) as server:
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
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(b"nonsense\r\n\r\n")
            client.recv(1000)
        process.terminate()
        output, _ = process.communicate(timeout=30)

    assert re.fullmatch(rf"[-\d]+ [:,\d]+ {process.pid} WARNING Invalid HTTP request received.\n", output)


def test_the_command_logs_each_connection_on_request() -> None:
    with serving("--log-level", "info") as (port, process):
        LiveClient(f"ws://127.0.0.1:{port}/ws/auth?token=secret-token").connect().disconnect()
        process.terminate()
        output, _ = process.communicate(timeout=30)

    assert "INFO event=open path=/ws/auth address=127.0.0.1 open=1" in output
    assert "code=1000" in output
    assert "secret-token" not in output
