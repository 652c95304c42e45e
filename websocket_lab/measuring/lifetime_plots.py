"""The plot of lesson 13: how long each process still counts as alive, if it says nothing more."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence

from redis import Redis

from websocket_lab.measuring.plots import course_axes, show_plot


# By process: at which second it had how many seconds left.
Lifetimes = Mapping[str, Sequence[tuple[float, float]]]
BETWEEN_LOOKS = 0.05


async def watch_lifetimes(redis: Redis, deadline: float = 10.0) -> Lifetimes:
    """Look at the keys `here:…` until one of them has expired; return how long each had left to live.

    Raises:
        TimeoutError: None expired in time.
    """
    begin = time.monotonic()
    owners = {key: _owner(redis, key) for key in sorted(redis.scan_iter("here:*"))}
    lives: dict[str, list[tuple[float, float]]] = {owner: [] for owner in owners.values()}
    async with asyncio.timeout(deadline):
        while all(left := {key: max(0, redis.pttl(key)) for key in owners}.values()):
            moment = time.monotonic() - begin
            for owner, milliseconds in zip(owners.values(), left, strict=True):
                lives[owner].append((moment, milliseconds / 1000))
            await asyncio.sleep(BETWEEN_LOOKS)
    return lives


def plot_lifetimes(lives: Lifetimes) -> None:
    """Draw how long each process had left to live, and say it."""
    axes = course_axes("Who is silent runs out of time")
    for owner, life in lives.items():
        moments, left = zip(*life, strict=True)
        (line,) = axes.plot(moments, left, linestyle="-", markevery=10, markersize=5)
        axes.annotate(
            f" {owner}", (moments[-1], left[-1]), va="center", color=line.get_color(), annotation_clip=False
        )
    axes.set(xlabel="seconds", ylabel="seconds left to live", ylim=(0, None), xlim=(0, None))
    show_plot(axes)
    print(*[f"{owner}: {life_words([left for _, left in life])}" for owner, life in lives.items()], sep="\n")


def life_words(left: Sequence[float]) -> str:
    """Return in words how a lifetime went."""
    if all(later <= sooner for sooner, later in zip(left, left[1:], strict=False)):
        return f"from {left[0]:.1f} s down to nothing"
    return f"set anew again and again, never below {min(left):.1f} s"


def _owner(redis: Redis, key: str) -> str:
    names = json.loads(redis.get(key) or "[]")
    return f"{' and '.join(names) or 'nobody'}'s process"
