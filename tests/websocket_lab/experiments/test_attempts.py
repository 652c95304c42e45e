"""Attempts are real, are counted, and are drawn with their words."""

import asyncio
import socket
from itertools import repeat

import pytest

from websocket_lab.experiments.reconnecting import WAYS, knock, most_together, plot_attempts


@pytest.fixture
def closed_door() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"ws://127.0.0.1:{listener.getsockname()[1]}/"


def test_each_client_knocks_as_its_waits_say(closed_door: str) -> None:
    attempts = asyncio.run(knock(closed_door, {"once": lambda: iter([0.0, 999.0])}, clients=3, seconds=99))

    assert [len(moments) for moments in attempts["once"]] == [1, 1, 1]


def test_nobody_knocks_after_the_end(closed_door: str) -> None:
    [crowd] = asyncio.run(
        knock(closed_door, {"often": lambda: repeat(0.02)}, clients=2, seconds=0.2)
    ).values()

    assert all(len(moments) <= 10 for moments in crowd)


def test_the_usual_ways_keep_step() -> None:
    assert {way: [next(waits) for _ in range(3)] for way, new in WAYS.items() for waits in [new()]} == {
        "always 0.2 s": [0.2, 0.2, 0.2],
        "doubling": [0.1, 0.2, 0.4],
    }


@pytest.mark.parametrize(
    ("crowd", "most"), [([[0.0, 1.0], [0.04, 2.0], [0.06]], 2), ([[0.1], [0.1], [0.1]], 3), ([[]], 0)]
)
def test_the_worst_moment_is_found(crowd: list[list[float]], most: int) -> None:
    assert most_together(crowd) == most


def test_the_plot_has_words(capsys: pytest.CaptureFixture[str]) -> None:
    plot_attempts({"in step": [[0.1, 0.3], [0.1, 0.3]], "never": [[], []]})

    assert capsys.readouterr().out.splitlines() == [
        "Plot: Each dot is one client's attempt",
        "in step: 4 attempts, at most 2 within 50 ms",
        "never: 0 attempts, at most 0 within 50 ms",
    ]
