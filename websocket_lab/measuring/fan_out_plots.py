"""The plots of lesson 11: what a delivery costs, when Ben heard each text, and what Eve read in the end."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

from websocket_lab.measuring.plots import PALE, course_axes, show_plot


BESIDE: dict[str, Any] = {"textcoords": "offset points", "va": "center"}
LATEST = "#0b5cad"


def plot_costs(costs: Mapping[str, float], in_flight: int) -> None:
    """Draw a bar for what a delivery costs each way, and say the numbers."""
    pace = f"{in_flight} messages at once" if in_flight > 1 else "one message at a time"
    axes = course_axes(f"What one delivery costs the server, {pace}", height=0.95 + 0.42 * len(costs))
    words = cost_words(costs)
    colors = [PALE] * (len(costs) - 1) + [LATEST]
    axes.barh(range(len(costs)), list(costs.values()), height=0.6, color=colors)
    for row, (cost, word) in enumerate(zip(costs.values(), words, strict=True)):
        axes.annotate(word, (cost, row), (6, 0), **BESIDE)
    axes.set_yticks(range(len(costs)), list(costs))
    axes.set(ylim=(len(costs) - 0.5, -0.5), xlim=(0, 1.45 * max(costs.values())))
    axes.set(xlabel="microseconds of processor time")
    axes.grid(axis="y", visible=False)
    show_plot(axes)
    print("A delivery costs", *map(": ".join, zip(costs, words, strict=True)), sep="\n  ")


def cost_words(costs: Mapping[str, float]) -> list[str]:
    """Return each cost in words; all but the first with how it compares to the first."""
    first, *others = costs.values()
    return [f"{_number(first)} µs", *(f"{_number(cost)} µs, {_ratio(first / cost)}" for cost in others)]


def plot_heard(heard: Mapping[str, Sequence[float]], until: int) -> None:
    """Draw how many texts were heard, second by second, each way; and say how many, and the longest pause."""
    axes = course_axes("Ben hears Ana, while Eve reads nothing")
    lasted = max(max(moments, default=0.0) for moments in heard.values()) + 0.5
    for way, moments in heard.items():
        # Who hears nothing more goes on hearing nothing.
        times = [0.0, *moments, *([] if len(moments) == until else [lasted])]
        counts = [*range(len(moments) + 1), len(moments)][: len(times)]
        (line,) = axes.plot(times, counts, markevery=20, markersize=5)
        end = times[-1], counts[-1]
        axes.annotate(way, end, (6, 0), **BESIDE, color=line.get_color())
    axes.set(xlabel="seconds", ylabel="texts heard", ylim=(0, 1.1 * until), xlim=(0, 1.2 * lasted))
    show_plot(axes)
    print(
        "Ben heard", *[f"{way}: {_heard_words(moments, until)}" for way, moments in heard.items()], sep="\n  "
    )


def plot_read(read: Mapping[str, tuple[Sequence[int], int | None]], sent: int) -> None:
    """Draw which of the texts sent were read each way, and say so, with the close code if there is one."""
    axes = course_axes(f"What Eve read of {sent} texts, when she could read again", height=2.4)
    for row, (numbers, code) in enumerate(read.values()):
        axes.plot(numbers, [row] * len(numbers), linestyle="none", marker="|", markersize=16, color=LATEST)
        if code:
            axes.annotate(f"closed with {code}", (numbers[-1], row), (8, 0), **BESIDE)
    axes.set_yticks(range(len(read)), list(read))
    axes.set(ylim=(len(read) - 0.4, -0.6), xlim=(-2, sent + 1), xlabel="number of the text")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", visible=False)
    show_plot(axes)
    for way, (numbers, code) in read.items():
        print(f"{way}: Eve read {spans(numbers)}, and is {f'closed with {code}' if code else 'still there'}")


def spans(numbers: Sequence[int]) -> str:
    """Return numbers in words, those without a gap as one span: `1–3, 7`."""
    starts = [number for number in numbers if number - 1 not in numbers]
    ends = [number for number in numbers if number + 1 not in numbers]
    pairs = [
        str(start) if start == end else f"{start}–{end}" for start, end in zip(starts, ends, strict=True)
    ]
    return ", ".join(pairs) or "nothing"


def _heard_words(moments: Sequence[float], until: int) -> str:
    pause = max((late - soon for soon, late in zip(moments, moments[1:], strict=False)), default=0.0)
    rest = "" if len(moments) == until else ", then nothing"
    return f"{len(moments)} texts{rest}; longest pause between two: {pause:.2f} s"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _ratio(value: float) -> str:
    if 0.95 < value < 1.05:
        return "the same"
    return f"{_number(value)} times cheaper" if value > 1 else f"{_number(1 / value)} times dearer"
