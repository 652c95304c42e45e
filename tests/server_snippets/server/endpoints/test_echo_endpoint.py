"""/ws: text comes back behind `Echo: `, binary as it is."""

from collections.abc import Callable

import pytest

from websocket_lab import LiveClient


@pytest.mark.parametrize("text", ["Hello", "", "Grüße 👋", "\0", '{"action": "echo"}'])
def test_text_comes_back_with_echo_before_it(connect: Callable[..., LiveClient], text: str) -> None:
    ana = connect("/ws")
    ana.send(text)

    assert ana.receive() == f"Echo: {text}"


@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", bytes(70)])
def test_binary_comes_back_unchanged(connect: Callable[..., LiveClient], data: bytes) -> None:
    ana = connect("/ws")
    ana.send(data)

    assert ana.receive() == data


def test_everyone_hears_only_their_own_echo(connect: Callable[..., LiveClient]) -> None:
    ana, ben = connect("/ws"), connect("/ws", "Ben")
    ana.send("from Ana")
    ben.send("from Ben")

    assert ana.receive() == "Echo: from Ana"
    assert ben.receive() == "Echo: from Ben"
    assert ana.messages == ["Echo: from Ana"]
