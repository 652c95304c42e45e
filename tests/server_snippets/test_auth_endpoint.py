"""/ws/auth: the right token is welcome, any other reads 4001."""

from collections.abc import Callable

import pytest

from server_snippets.server.endpoints.auth import is_right
from websocket_lab import LiveClient


def test_the_right_token_is_welcomed_and_echoed(connect: Callable[..., LiveClient]) -> None:
    ana = connect("/ws/auth?token=secret-token")
    ana.send("hi")

    assert ana.receive_json() == {"type": "welcome"}
    assert ana.receive() == "Echo: hi"


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=secret-token2", "?token=%C3%BC%FF"])
def test_any_other_token_is_accepted_and_then_closed_with_4001(
    connect: Callable[..., LiveClient], query: str
) -> None:
    eve = connect(f"/ws/auth{query}", "Eve")

    assert eve.wait_closed() == 4001
    assert eve.close_reason == "Invalid token"
    assert eve.messages == []


@pytest.mark.parametrize(("offered", "right"), [("t", True), ("", False), (None, False), ("ü", False)])
def test_tokens_are_compared(offered: str | None, right: bool) -> None:
    assert is_right(offered, "t") is right
