"""No token reaches a log line."""

import logging

import pytest

from server_snippets.main import make_app
from server_snippets.server.logs import redacted_tokens
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


def test_what_follows_a_question_mark_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("uvicorn.error")
    with redacted_tokens(), caplog.at_level("INFO", logger="uvicorn.error"):
        logger.info('%s - "WebSocket %s" [accepted]', ("127.0.0.1", 1), "/ws/auth?token=secret-token&a=b")
        logger.info("plain")

    assert caplog.messages == ["('127.0.0.1', 1) - \"WebSocket /ws/auth?…\" [accepted]", "plain"]


def test_one_server_that_stops_leaves_the_others_covered(caplog: pytest.LogCaptureFixture) -> None:
    with redacted_tokens():
        with redacted_tokens():
            pass
        with caplog.at_level("INFO", logger="uvicorn.error"):
            logging.getLogger("uvicorn.error").info("%s", "/ws?token=secret-token")

    assert caplog.messages == ["/ws?…"]
    assert not logging.getLogger("uvicorn.error").filters


def test_a_talkative_server_logs_no_token(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    with BackgroundServer(make_app(), log_level="debug") as server:
        for token in ("secret-token", "my-wrong-token"):
            with LiveClient(server.url(f"/ws/auth?%74oken={token}&token={token}")) as ana:
                ana.receive() if token == "secret-token" else ana.wait_closed()
        with pytest.raises(ConnectFailed):
            LiveClient(server.url("/ws/auth?token=my-wrong-token"), origin="http://evil.example").connect()

    logged = [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")]
    shown = "\n".join([*logged, *capsys.readouterr()])
    assert "/ws/auth?…" in shown
    assert "-token" not in shown


def test_the_most_talkative_server_logs_no_token_of_a_header_a_message_or_a_query(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(5)
    headers = {
        "Authorization": "Bearer my-secret",
        "Cookie": "token=my-secret",
        "Referer": "http://x/my-secret",
    }
    with BackgroundServer(make_app(), log_level="trace") as server:
        url = server.url("/ws?token=my-secret")
        with LiveClient(url, additional_headers=headers) as ana:
            ana.send("my-secret")
            ana.receive()

    logged = [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")]
    shown = "\n".join([*logged, *capfd.readouterr()])
    assert "'query_string': b'...'" in shown
    assert "my-secret" not in shown


def test_the_most_talkative_server_logs_no_token_of_a_handshake_that_it_refuses(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with BackgroundServer(make_app(), log_level="trace") as server, pytest.raises(ConnectFailed):
        headers = {"Sec-WebSocket-Protocol": "bearer, my secret"}
        LiveClient(server.url("/ws"), additional_headers=headers).connect()

    shown = "\n".join(capfd.readouterr())
    assert "! invalid handshake" in shown
    assert "my secret" not in shown
