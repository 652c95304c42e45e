"""The whole server as an ASGI app: pages, health, and state of its own."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from server_snippets import main
from server_snippets.main import make_app
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


METHODS = [
    *("connect", "disconnect", "send_personal_message", "broadcast"),
    *("join_room", "leave_room", "broadcast_to_room"),
    *("register_user", "unregister_user", "send_to_user"),
]


def get(server: BackgroundServer, path: str) -> tuple[int, str, str]:
    """Return status, content type and text of a page."""
    try:
        with urllib.request.urlopen(server.http_url(path), timeout=60) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), ""


def connections(server: BackgroundServer) -> int:
    """Return how many connections the server says are open."""
    count: int = json.loads(get(server, "/health")[2])["connections"]
    return count


def test_the_test_page_and_its_files_are_served(whole_server: BackgroundServer) -> None:
    status, kind, page = get(whole_server, "/")

    assert (status, kind) == (200, "text/html")
    assert 'src="static/test_page.js"' in page
    assert get(whole_server, "/static/test_page.js")[:2] == (200, "text/javascript")
    assert get(whole_server, "/static/../main.py")[0] == 404


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/ws", "/nothing"])
def test_nothing_else_is_served(whole_server: BackgroundServer, path: str) -> None:
    assert get(whole_server, path)[0] == 404


@pytest.mark.parametrize("path", ["/", "/nothing", "/health", "/static/test_page.js", "/ws/", "/ws/auth/x"])
def test_no_other_path_takes_a_websocket(connect: Callable[..., LiveClient], path: str) -> None:
    with pytest.raises(ConnectFailed) as failure:
        connect(path)

    assert failure.value.status == 403


def test_health_counts_the_open_connections() -> None:
    with BackgroundServer(make_app()) as server:
        assert json.loads(get(server, "/health")[2]) == {"status": "ok", "connections": 0}
        with LiveClient(server.url("/ws")) as ana, LiveClient(server.url("/ws/json"), "Ben") as ben:
            assert connections(server) == 2
            ben.vanish()
            ana.send("hi")
            ana.receive()
            poll(lambda: connections(server) == 1)
        poll(lambda: connections(server) == 0)


def poll(condition: Callable[[], bool]) -> None:
    """Ask again and again; the test's own time limit ends it."""
    while not condition():
        pass


def test_each_app_has_its_own_clients() -> None:
    with (
        BackgroundServer(make_app()) as one,
        BackgroundServer(make_app()) as other,
        LiveClient(one.url("/ws/chat/lobby/ana")) as ana,
        LiveClient(other.url("/ws/chat/lobby/ana"), "Eve") as eve,
    ):
        assert ana.wait_for(lambda text: '"users":["ana"]' in text)
        assert eve.wait_for(lambda text: '"users":["ana"]' in text)


def test_it_works_below_a_prefix() -> None:
    outer = FastAPI()
    outer.mount("/lab", make_app())
    with BackgroundServer(outer) as server, LiveClient(server.url("/lab/ws")) as ana:
        ana.send("hi")

        assert ana.receive() == "Echo: hi"
        assert get(server, "/lab/")[0] == 200
        assert get(server, "/lab/static/test_page.js")[0] == 200


def test_importing_has_no_side_effects() -> None:
    code = "import logging, threading, server_snippets.main as main; " + (
        "print(threading.active_count(), logging.root.handlers, main.app.title)"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert (done.stdout, done.stderr) == ("1 [] WebSocket Lab\n", "")


def test_the_connection_manager_offers_the_usual_methods() -> None:
    assert [name for name in METHODS if not callable(getattr(main.ConnectionManager, name, None))] == []
