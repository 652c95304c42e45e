"""A question that is asked twice is answered by what really came back."""

import asyncio

import pytest

from server_snippets.step_02_echo import app as echo
from server_snippets.step_06_refusals import app as doors
from websocket_lab.experiments.testing import answers_table, ask_test, ask_wire


def test_both_hear_an_echo() -> None:
    assert ask_test(echo, "/ws", "hi") == "8 letters"
    assert asyncio.run(ask_wire(echo, "/ws", "hi")) == "8 letters"


@pytest.mark.parametrize(
    "path, in_test, on_wire",
    [
        ("/ws/own-code", "code 4001", "code 4001"),
        ("/ws/http", "HTTP 401", "HTTP 401"),
        ("/ws/before-accept", "code 4001", "HTTP 403"),
        ("/no-such-path", "code 1000", "HTTP 403"),
    ],
)
def test_each_says_how_it_is_refused(path: str, in_test: str, on_wire: str) -> None:
    assert ask_test(doors, path) == in_test
    assert asyncio.run(ask_wire(doors, path)) == on_wire


def test_a_limit_of_uvicorn_is_seen_on_the_wire_only() -> None:
    assert ask_test(echo, "/ws", "." * 100) == "106 letters"
    assert asyncio.run(ask_wire(echo, "/ws", "." * 100, ws_max_size=50)) == "code 1009"


def test_silence_ends_for_both() -> None:
    assert ask_test(echo, "/ws", seconds=0.1) == "still waits"
    assert asyncio.run(ask_wire(echo, "/ws", seconds=0.1)) == "gives up"


def test_the_table_tells_who_agrees() -> None:
    lines = repr(answers_table({"one": ("a", "a"), "two": ("a", "b")})).splitlines()

    assert lines[-2].endswith("✓ agree")
    assert lines[-1].endswith("✗ differ")
