"""Step 1: a clock that answers over HTTP, and speaks by itself over a WebSocket."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from fastapi.testclient import TestClient

from server_snippets.step_01_polling_and_push import TICK_SECONDS, app
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(app) as server:
        yield server


def ask(server: BackgroundServer) -> Any:
    with urlopen(server.http_url("/clock"), timeout=60) as response:
        return json.load(response)


def test_an_answer_tells_the_number_and_the_moment_of_a_tick(server: BackgroundServer) -> None:
    first, second = ask(server), ask(server)

    assert isinstance(first["tick"], int)
    assert second["at"] - first["at"] == (second["tick"] - first["tick"]) * TICK_SECONDS


def test_every_tick_is_pushed_once_and_in_order(server: BackgroundServer) -> None:
    with LiveClient(server.url("/clock")) as ana:
        ticks = [ana.receive_json() for _ in range(4)]

    assert all(later["tick"] - earlier["tick"] == 1 for earlier, later in pairwise(ticks))
    assert all(later["at"] - earlier["at"] == TICK_SECONDS for earlier, later in pairwise(ticks))


def test_both_ways_tell_the_same_time(server: BackgroundServer) -> None:
    with LiveClient(server.url("/clock")) as ana:
        pushed = ana.receive_json()
        asked = ask(server)

    assert asked["tick"] >= pushed["tick"]
    assert asked["at"] - pushed["at"] == (asked["tick"] - pushed["tick"]) * TICK_SECONDS


def test_two_clients_hear_the_same_ticks(server: BackgroundServer) -> None:
    with LiveClient(server.url("/clock")) as ana, LiveClient(server.url("/clock"), "Ben") as ben:
        news = ben.receive()

        assert ana.wait_for(news) == news


def test_a_client_may_leave_or_vanish_without_an_exception(server: BackgroundServer) -> None:
    with LiveClient(server.url("/clock"), "Eve") as eve:
        LiveClient(server.url("/clock"), "Ana").connect().vanish()
        LiveClient(server.url("/clock"), "Ben").connect().disconnect()
        # By the third tick the clock has spoken to those who left.
        [eve.receive() for _ in range(3)]

    assert not server.errors


def test_a_listener_is_told_when_the_server_stops() -> None:
    with BackgroundServer(app) as server:
        ana = LiveClient(server.url("/clock")).connect()

    assert ana.wait_closed() == 1012
    assert not server.errors


def test_a_wrong_path_is_403_for_a_handshake_and_404_over_http(server: BackgroundServer) -> None:
    with pytest.raises(ConnectFailed) as handshake:
        LiveClient(server.url("/clok")).connect()
    with pytest.raises(HTTPError) as asked:
        urlopen(server.http_url("/clok"), timeout=60)
    asked.value.close()

    assert (handshake.value.status, asked.value.code) == (403, 404)


def test_the_test_client_agrees() -> None:
    client = TestClient(app)
    with client.websocket_connect("/clock") as websocket:
        pushed = websocket.receive_json()

    assert client.get("/clock").json()["tick"] >= pushed["tick"]
