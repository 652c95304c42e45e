"""The plot of lesson 13: how long each process still counts as alive, if it says nothing more."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from redis import Redis

from websocket_lab.client.until import until
from websocket_lab.measuring.plots import course_axes, show_plot


# By process: at which second it had how many seconds left.
Lifetimes = Mapping[str, Sequence[tuple[float, float]]]
BETWEEN_LOOKS = 0.05
FRESH = 1_200


async def watch_lifetimes(redis: Redis, kill: Callable[[], None], deadline: float = 30.0) -> Lifetimes:
    """Kill a process once all are well; return how long each had left to live until only others were renewed.

    Raises:
        TimeoutError: They were not well in time, or none expired in time.
    """
    await until(lambda: _all_are_well(redis), deadline)
    owners = dict(sorted(_owners(redis).items(), key=lambda pair: pair[1]))
    lives: dict[str, list[tuple[float, float]]] = {owner: [] for owner in owners.values()}
    kill()
    begin = time.monotonic()
    async with asyncio.timeout(deadline):
        while not _one_is_gone(lives.values()):
            moment = time.monotonic() - begin
            for key, owner in owners.items():
                lives[owner].append((moment, max(0, redis.pttl(key)) / 1000))
            await asyncio.sleep(BETWEEN_LOOKS)
    return lives


def plot_lifetimes(lives: Lifetimes) -> None:
    """Draw how long each process had left to live, and say it."""
    axes = course_axes("Who is silent runs out of time")
    for owner, life in lives.items():
        moments, left = zip(*life, strict=True)
        (line,) = axes.plot(moments, left, linestyle="-", markevery=10, markersize=5)
        end = moments[-1], left[-1]
        axes.annotate(owner, end, (8, 0), textcoords="offset points", va="center", color=line.get_color())
    axes.set(xlabel="seconds", ylabel="seconds left to live", ylim=(0, None), xlim=(0, None))
    show_plot(axes)
    print(*[f"{owner}: {life_words([left for _, left in life])}" for owner, life in lives.items()], sep="\n")


def life_words(left: Sequence[float]) -> str:
    """Return in words how a lifetime went."""
    if not _was_renewed(left):
        return f"from {left[0]:.1f} s down to nothing"
    return f"set anew again and again, never below {min(left):.1f} s"


def _was_renewed(left: Sequence[float]) -> bool:
    return any(later > sooner for sooner, later in zip(left, left[1:], strict=False))


def _one_is_gone(lives: Iterable[Sequence[tuple[float, float]]]) -> bool:
    # On a busy machine another can be late with its next sign of life: then it is waited for.
    silent = [left for left in ([left for _, left in life] for life in lives) if not _was_renewed(left)]
    return len(silent) == 1 and silent[0][-1:] == [0]


def _all_are_well(redis: Redis) -> bool:
    # Right after an outage of Redis a process may not have said yet who is there.
    keys = list(redis.scan_iter("here:*"))
    return len(keys) > 1 and all(redis.get(key) != "[]" and redis.pttl(key) > FRESH for key in keys)


def _owners(redis: Redis) -> dict[str, str]:
    names = {key: json.loads(redis.get(key) or "[]") for key in redis.scan_iter("here:*")}
    return {key: f"{' and '.join(those) or 'nobody'}'s process" for key, those in names.items()}
