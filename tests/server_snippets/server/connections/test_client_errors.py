"""A client's mistake is one line in the log, and not a traceback of the server."""

import logging

import pytest

from server_snippets.main import make_app
from tests.server_snippets.raw_client import TEXT, close_frame, frame, raw_client, rest_of
from websocket_lab import BackgroundServer
from websocket_lab.server import server_thread


def test_a_text_that_is_not_utf_8_is_one_line_under_plain_uvicorn(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else the records stay with the background server.
    monkeypatch.setattr(server_thread, "ServerLog", lambda *arguments: caplog.filtering(logging.Filter()))
    with BackgroundServer(make_app()) as server, raw_client(server) as eve:
        eve.sendall(frame(TEXT, b"\xff") * 3)
        assert rest_of(eve) == close_frame(1007)

    about_text = [record for record in caplog.records if "UTF-8" in record.getMessage()]
    assert [(record.levelname, record.exc_info) for record in about_text] == [("WARNING", None)]
