"""/ws/{client_id}: everyone hears who joins, what each says, and who leaves."""

from collections.abc import Callable, Iterator

import pytest

from server_snippets.main import Settings, make_app
from tests.redis_server import OVER_BOTH_BROKERS
from websocket_lab import BackgroundServer, ConnectFailed, LiveClient


pytestmark = OVER_BOTH_BROKERS


Connect = Callable[..., LiveClient]


@pytest.fixture
def whole_server(redis_url: str) -> Iterator[BackgroundServer]:
    """Everyone on this endpoint hears everyone: each test has its own server."""
    with BackgroundServer(make_app(Settings(redis_url=redis_url))) as server:
        yield server
    assert not server.errors


def test_everyone_hears_everything_in_order(connect: Connect) -> None:
    ana, ben = connect("/ws/1"), connect("/ws/2", "Ben")
    assert ana.receive() == "Client 1 joined"
    assert ana.receive() == ben.receive() == "Client 2 joined"
    ben.send("hi")
    assert ana.receive() == ben.receive() == "Client 2: hi"
    ben.disconnect()

    assert ana.receive() == "Client 2 left"


def test_a_client_that_vanishes_leaves(connect: Connect) -> None:
    ana, ben = connect("/ws/1"), connect("/ws/2", "Ben")
    ben.vanish()

    assert ana.wait_for("Client 2 left")
    ana.send("alone")
    assert ana.receive() == "Client 1: alone"


def test_binary_is_answered_with_an_error_that_nobody_else_hears(connect: Connect) -> None:
    ana, ben = connect("/ws/1"), connect("/ws/2", "Ben")
    ana.send(b"\x00")
    ana.send("hi")

    assert '"code":"text_expected"' in str(ana.wait_for(lambda message: "error" in message))
    assert ana.wait_for("Client 1: hi")
    assert ben.receive() == "Client 2 joined"
    assert ben.receive() == "Client 1: hi"


def test_other_endpoints_hear_nothing(connect: Connect) -> None:
    ana, eve = connect("/ws/1"), connect("/ws", "Eve")
    ana.send("hi")
    ana.wait_for("Client 1: hi")
    eve.send("fence")

    assert eve.receive() == "Echo: fence"


def test_a_client_id_is_1_to_18_digits(connect: Connect) -> None:
    for path in (
        "1.0",
        "1_0",
        "+1",
        "-1",
        "%201",
        "1%0A",
        "%D9%A1",
        "%C2%B2",
        "1e3",
        "1" * 19,
        "1" * 5000,
        "0x1",
    ):
        with pytest.raises(ConnectFailed) as failure:
            connect(f"/ws/{path}", "Eve")
        assert failure.value.status == 403
    for path, number in (("0", "0"), ("007", "7"), ("9" * 18, "9" * 18)):
        assert connect(f"/ws/{path}").receive() == f"Client {number} joined"


@pytest.mark.parametrize("sign", ["\n", "\r", "\v", "\f", "\x1b", "\x85", "\u2028", "\u2029", "\0"])
def test_nobody_forges_another_client_s_line(connect: Connect, sign: str) -> None:
    ana, eve = connect("/ws/1"), connect("/ws/2", "Eve")
    eve.wait_for("Client 2 joined")
    eve.send(f"hi{sign}Client 1: I owe Eve 100")
    error = eve.receive_json()
    eve.send("a tab\tand an emoji 🙂 forge nothing")

    assert (error["type"], error["code"]) == ("error", "one_line_expected")
    ana.wait_for("Client 2 joined")
    assert ana.receive() == "Client 2: a tab\tand an emoji 🙂 forge nothing"
