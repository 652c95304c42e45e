"""Clients that reconnect: when a crowd tries, drawn; and what ten cuts do to a conversation."""

import asyncio
import json
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count, repeat

from matplotlib.axes import Axes
from websockets.asyncio.client import connect

from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.receive_queue import Message
from websocket_lab.client.until import until
from websocket_lab.experiments.plots import course_axes, show_plot
from websocket_lab.widgets.client_panel import ClientPanel
from websocket_lab.widgets.wire_tap import WireTap


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
    """Return for each way of waiting when each of its clients had to try again, in seconds from now."""
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
    print(*(_words(*item) for item in attempts.items()), sep="\n")


def most_together(crowd: Sequence[Sequence[float]], span: float = TOGETHER) -> int:
    """Return how many attempts came within one span of time, at the worst moment."""
    moments = sorted(chain.from_iterable(crowd))
    return max((bisect_right(moments, first + span) - at for at, first in enumerate(moments)), default=0)


async def _attempts(url: str, waits: Iterator[float], begin: float, seconds: float) -> list[float]:
    moments = []
    for wait in waits:
        if time.monotonic() + wait > begin + seconds:
            break
        # When the wait is over, not when this process gets to it: a busy machine would put all in one column.
        moments.append(time.monotonic() - begin + wait)
        await asyncio.sleep(wait)
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
    return f"{way}: {sum(map(len, crowd))} attempts, at most {most_together(crowd)} within 50 ms"


WORDS = ("one", "two", "three")


@dataclass(frozen=True)
class Outcome:
    """Which numbers were written, and which were read."""

    written: Sequence[int]
    read: Sequence[int]

    @property
    def lost(self) -> list[int]:
        """What was written and never read."""
        return sorted(set(self.written) - set(self.read))

    @property
    def doubled(self) -> list[int]:
        """What was read more than once."""
        return [number for number, count in Counter(self.read).items() if count > 1]

    @property
    def is_in_order(self) -> bool:
        """Whether a later message was never read before an earlier one."""
        return list(self.read) == sorted(self.read)

    def __repr__(self) -> str:
        """Return the count in words."""
        order = "in order" if self.is_in_order else "out of order"
        return f"{len(self.written)} written: {len(self.lost)} lost, {len(self.doubled)} doubled, {order}"


async def ten_cuts(
    tap: WireTap, writer: LiveClient | ClientPanel, readers: AbstractSet[object], numbers: list[int]
) -> Outcome:
    """Pull Ana's cable ten times, write three messages, and cut it; then see what comes to be in `numbers`.

    Args:
        tap: The tap that Ana's connection runs through.
        writer: Who writes; the server answers it with each message's number.
        readers: The connections that the server knows, Ana's alone.
        numbers: Where Ana notes what she reads; it is emptied first.
    """
    numbers.clear()
    written: list[int] = []
    known: set[object] = set()
    for cut in range(1, 11):
        known = await _with_newcomer(readers, known)
        tap.freeze(name="Ana")
        written += [_write(writer, f"{word}, before cut {cut}") for word in WORDS]
        tap.cut("Ana")
        tap.thaw(name="Ana")
    await _with_newcomer(readers, known)
    written.append(_write(writer, "the last"))
    await until(lambda: written[-1] in numbers)
    return Outcome(written, list(numbers))


async def _with_newcomer(readers: AbstractSet[object], known: set[object]) -> set[object]:
    # Those who were known stay in the set, so that no newcomer is taken for one of them.
    await until(lambda: set(readers) - known)
    return known | set(readers)


def _write(writer: LiveClient | ClientPanel, text: str) -> int:
    def answers(message: Message) -> bool:
        return bool(json.loads(message)["text"] == text)

    writer.send(text)
    return int(json.loads(writer.wait_for(answers))["id"])
