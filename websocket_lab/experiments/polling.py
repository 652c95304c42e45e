"""The two plots of lesson 1: how late the ticks of a clock were received, and how many bytes that took.

Both take a race: for each way of listening, what was received in it, as (moment, news, bytes).
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from statistics import median

from matplotlib.axes import Axes

from websocket_lab.experiments.plots import course_axes, show_plot


Heard = Sequence[tuple[float, Mapping[str, float], int]]
Race = Mapping[str, Heard]


def plot_delays(race: Race) -> None:
    """Draw each tick as far to the right as it was received late, and say the medians."""
    axes = course_axes("Polled ticks are received late, pushed ticks at once")
    delays = {way: delays_of(heard, _start(race)) for way, heard in race.items()}
    for row, late in enumerate(delays.values()):
        axes.plot(late, [row] * len(late), linestyle="none", markersize=8, alpha=0.75, clip_on=False)
    axes.set_yticks(range(len(race)), list(race))
    axes.set(ylim=(len(race) - 0.5, -0.5), xlabel="milliseconds after the tick")
    axes.grid(axis="y", visible=False)
    show_plot(axes)
    print("Late by (median) —", _listed({way: f"{median(late):.0f} ms" for way, late in delays.items()}))


def plot_bytes(race: Race) -> None:
    """Draw how the bytes of each way add up over time, and say the sums."""
    axes = course_axes("Polling pays for headers again and again")
    sums = {way: list(accumulate((size for *_, size in heard), initial=0)) for way, heard in race.items()}
    for way, heard in race.items():
        moments = [0.0, *(when - _start(race) for when, *_ in heard)]
        (line,) = axes.plot(moments, sums[way], drawstyle="steps-post", linestyle="-", markersize=4)
        _label(axes, way, moments[-1], sums[way][-1], str(line.get_color()))
    axes.set(xlabel="seconds", ylabel="bytes", ylim=(0, None))
    show_plot(axes)
    print("In all —", _listed({way: f"{total[-1]:,} bytes" for way, total in sums.items()}))


def delays_of(heard: Heard, start: float) -> list[float]:
    """Return by how many milliseconds each tick since `start` was late when it was first received."""
    first = {news["at"]: when for when, news, _ in reversed(heard)}
    return [1000 * (first[at] - at) for at in sorted(first) if at >= start]


def _start(race: Race) -> float:
    return min(heard[0][0] for heard in race.values())


def _label(axes: Axes, text: str, x: float, y: float, color: str) -> None:
    axes.annotate(text, (x, y), (8, 0), textcoords="offset points", va="center", color=color)


def _listed(numbers: Mapping[str, str]) -> str:
    return " · ".join(f"{way}: {number}" for way, number in numbers.items())
