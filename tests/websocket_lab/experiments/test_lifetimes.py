"""Lifetimes are watched until one process is gone, and the others have shown that they are not."""

import asyncio
from collections.abc import Iterator
from typing import cast

import pytest
from redis import Redis

from websocket_lab.experiments.scaling_out import life_words, watch_lifetimes


class LookedAt:
    """Stands in for Redis: at each look, the next of the milliseconds that a key has left."""

    def __init__(self, **left: list[int]) -> None:
        self._left: dict[str, Iterator[int]] = {
            f"here:{name}": iter(numbers) for name, numbers in left.items()
        }

    def scan_iter(self, _: str) -> list[str]:
        """Return the keys."""
        return list(self._left)

    def get(self, key: str) -> str:
        """Return who is there."""
        return f'[["chat", "{key.removeprefix("here:")}"]]'

    def pttl(self, key: str) -> int:
        """Return what is left now."""
        return next(self._left[key], -2)


def watched(**left: list[int]) -> dict[str, str]:
    redis = cast(Redis, LookedAt(**left))
    lives = asyncio.run(watch_lifetimes(redis, lambda: None, deadline=60))
    return {owner: life_words([left for _, left in life]) for owner, life in lives.items()}


@pytest.mark.parametrize(
    "ana", [[2000, 1900, 1900, 1950, 1900], [2000, 1900, 700, 400, 1900], [2000, 1900, 500, -2, -2, 2000]]
)
def test_a_process_that_is_late_is_not_taken_for_the_dead_one(ana: list[int]) -> None:
    words = watched(Ana=ana, Ben=[2000, 1800, 600, 0])

    assert words["Ana's process"].startswith("renewed again and again")
    assert words["Ben's process"] == "from 1.8 s down to nothing"
