"""Waiting ends when something is true, or at the deadline."""

import asyncio

import pytest

from websocket_lab.client.until import until


def test_it_waits_until_the_condition_holds() -> None:
    answers = iter([False, False, True])

    assert asyncio.run(until(lambda: next(answers))) > 0


def test_it_gives_up_at_the_deadline() -> None:
    with pytest.raises(TimeoutError, match="Run the cells above again"):
        asyncio.run(until(lambda: False, deadline=0.05))
