"""Many clients knock at the door of a server that is down: when each of them does, and a picture of it."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, count, repeat

from matplotlib.axes import Axes
from websockets.asyncio.client import connect

from websocket_lab.measuring.plots import course_axes, show_plot


NewWaits = Callable[[], Iterator[float]]
Attempts = Mapping[str, Sequence[Sequence[float]]]

TOGETHER = 0.05
# Two ways to wait that keep all who lost the server at once in step.
WAYS: dict[str, NewWaits] = {
    "always 0.2 s": lambda: repeat(0.2),
    "doubling": lambda: (0.1 * 2**attempt for attempt in count()),
}


async def knock(
    url: str, ways: Mapping[str, NewWaits], *, clients: int = 20, seconds: float = 2.0
) -> dict[str, list[list[float]]]:
    """Return for each way of waiting when each of its clients tried to connect, in seconds from now."""
    begin = time.monotonic()
    crowds = [
        asyncio.gather(*[_attempts(url, new_waits(), begin, seconds) for _ in range(clients)])
        for new_waits in ways.values()
    ]
    return dict(zip(ways, await asyncio.gather(*crowds), strict=True))


def plot_attempts(attempts: Attempts) -> None:
    """Draw each attempt as a dot, one row for each client, and say how many came together."""
    axes = course_axes("Each dot is one client's attempt", height=3.4)
    for band, crowd in enumerate(attempts.values()):
        _draw(axes, band, crowd)
    axes.set_yticks(range(len(attempts)), list(attempts))
    axes.set(ylim=(len(attempts) - 0.5, -0.5), xlim=(0, None), xlabel="seconds since the server went down")
    axes.grid(axis="y", visible=False)
    show_plot(axes)
    print("Attempts (most within 50 ms) —", " · ".join(_words(*item) for item in attempts.items()))


def most_together(crowd: Sequence[Sequence[float]], span: float = TOGETHER) -> int:
    """Return how many attempts came within one span of time, at the worst moment."""
    moments = sorted(chain.from_iterable(crowd))
    return max((bisect_right(moments, first + span) - at for at, first in enumerate(moments)), default=0)


async def _attempts(url: str, waits: Iterator[float], begin: float, seconds: float) -> list[float]:
    moments = []
    for wait in waits:
        if time.monotonic() + wait > begin + seconds:
            break
        await asyncio.sleep(wait)
        moments.append(time.monotonic() - begin)
        with suppress(OSError):
            await (await connect(url, proxy=None)).close()
    return moments


def _draw(axes: Axes, band: int, crowd: Sequence[Sequence[float]]) -> None:
    dots = [
        (moment, band + 0.7 * (row / len(crowd) - 0.5))
        for row, moments in enumerate(crowd)
        for moment in moments
    ]
    axes.plot(*zip(*dots, strict=True) if dots else ([], []), linestyle="none", markersize=3, clip_on=False)


def _words(way: str, crowd: Sequence[Sequence[float]]) -> str:
    return f"{way}: {sum(map(len, crowd))} ({most_together(crowd)})"
