"""Fan-out, measured: what a delivery costs each way, and what one stalled client does to the others."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from time import monotonic
from typing import Any, Protocol

from matplotlib.ticker import MaxNLocator
from starlette.types import ASGIApp

from server_snippets.server.transport.backlog import SlowClients
from websocket_lab.client.connection_state import State
from websocket_lab.client.live_client import LiveClient
from websocket_lab.experiments.load import Crowd
from websocket_lab.experiments.plots import PALE, course_axes, show_plot
from websocket_lab.server.background_server import BackgroundServer


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
    axes.set(xlabel="microseconds of CPU time")
    axes.grid(axis="y", visible=False)
    show_plot(axes)
    print("A delivery costs", *map(": ".join, zip(costs, words, strict=True)), sep="\n  ")


def cost_words(costs: Mapping[str, float]) -> list[str]:
    """Return each cost in words; all but the first with how it compares to the first."""
    first, *others = costs.values()
    return [f"{_number(first)} µs", *(f"{_number(cost)} µs, {_ratio(first / cost)}" for cost in others)]


def plot_heard(heard: Mapping[str, Sequence[float]], until: int) -> None:
    """Draw how many texts Ben received, second by second, each way; say how many, and the longest pause."""
    axes = course_axes("Ben receives Ana's texts, while Eve reads nothing")
    lasted = max(max(moments, default=0.0) for moments in heard.values()) + 0.5
    for way, moments in heard.items():
        # The silence lasts until the end.
        times = [0.0, *moments, *([] if len(moments) == until else [lasted])]
        counts = [*range(len(moments) + 1), len(moments)][: len(times)]
        axes.plot(times, counts, markevery=20, markersize=5, label=way)
    axes.set(xlabel="seconds", ylabel="texts received", ylim=(0, 1.1 * until), xlim=(0, lasted))
    # Not at the ends of the lines, where two that end together would overprint each other.
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, labelcolor="linecolor")
    show_plot(axes)
    print(
        "Ben received",
        *[f"{way}: {_heard_words(moments, until)}" for way, moments in heard.items()],
        sep="\n  ",
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
    # A pause has an end: where nothing more was received, the pauses before that do not matter.
    if len(moments) < until:
        return f"{len(moments)} texts, then nothing more"
    pause = max((late - soon for soon, late in pairwise(moments)), default=0.0)
    return f"{len(moments)} texts; longest pause between two: {pause:.2f} s"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _ratio(value: float) -> str:
    if 0.95 < value < 1.05:
        return "the same"
    return f"{_number(value)} times cheaper" if value > 1 else f"{_number(1 / value)} times dearer"


WARM_UP_SECONDS = 0.1


class Ladder:
    """Ways to send the same to many, and what a delivery costs the server each way.

    Args:
        clients: How many receive each message.
        in_flight: How many messages are sent at once.
        seconds: How long each way is measured.
    """

    def __init__(self, clients: int = 100, in_flight: int = 16, seconds: float = 0.5) -> None:
        self.clients = clients
        self.in_flight = in_flight
        self.seconds = seconds
        self.costs: dict[str, float] = {}
        self._ways: dict[str, tuple[ASGIApp, dict[str, Any]]] = {}

    def climb(self, way: str, app: ASGIApp, **uvicorn_options: Any) -> None:
        """Serve `app`, let a crowd talk on its `/ws`, and draw what a delivery cost, beside all before."""
        self._ways[way] = app, uvicorn_options
        self.costs[way] = self._measure(app, uvicorn_options)
        plot_costs(self.costs, self.in_flight)

    def again(self, in_flight: int) -> "Ladder":
        """Measure every way with another number of messages at once, draw that, and return it."""
        other = Ladder(self.clients, in_flight, self.seconds)
        other._ways = dict(self._ways)
        other.costs = {way: other._measure(*setting) for way, setting in other._ways.items()}
        plot_costs(other.costs, in_flight)
        return other

    def _measure(self, app: ASGIApp, options: dict[str, Any]) -> float:
        with BackgroundServer(app, **options) as server, Crowd(server.url("/ws"), self.clients) as crowd:
            crowd.speak(self.in_flight, WARM_UP_SECONDS)
            before = server.cpu_seconds()
            load = crowd.speak(self.in_flight, self.seconds)
            return 1e6 * (server.cpu_seconds() - before) / load.deliveries


def range_of(number: float, names: Sequence[str], ends: Sequence[float]) -> str:
    """Return the name of the range that holds `number`; `ends` are those of all ranges but the last."""
    return names[bisect_left(ends, number)]


# A few dozen of them fill the buffers on the way to Eve.
LONG = "." * 100_000
SILENCE = 5.0
END = "the end"


def when_ben_hears(app: ASGIApp, texts: int = 100, **uvicorn_options: Any) -> list[float]:
    """Return at which second Ben receives each text that Ana says on `/ws` while Eve reads nothing.

    Ana speaks on as soon as Ben has received it, and gives up when he receives nothing for five seconds.
    """
    heard: list[float] = []
    with BackgroundServer(app, **uvicorn_options) as server:
        eve, ben, ana = _people(server, "Eve", "Ben", "Ana")
        eve.pause_reading()
        start = monotonic()
        with suppress(TimeoutError):
            for number in range(texts):
                ana.send(text := f"{number} {LONG}")
                ben.wait_for(text, deadline=SILENCE)
                heard.append(monotonic() - start)
        _leave(eve, ana, ben)
    return heard


class Manager(Protocol):
    """An endpoint with a policy for clients that read slowly."""

    policy: SlowClients


def what_eve_reads(
    app: ASGIApp, manager: Manager, policy: SlowClients, texts: int = 200, **uvicorn_options: Any
) -> tuple[list[int], int | None]:
    """Return the numbers of Ana's texts that Eve reads when she can read again, and her close code if any."""
    manager.policy = policy
    with BackgroundServer(app, **uvicorn_options) as server:
        eve, ana = _people(server, "Eve", "Ana")
        eve.pause_reading()
        for text in [f"{number} {LONG}" for number in range(texts)]:
            ana.send(text)
            ana.wait_for(text)
        eve.resume_reading()
        _say_the_end(ana, eve)
        numbers = [int(str(text).split()[0]) for text in eve.messages if text != END]
        return numbers, eve.close_code


def _say_the_end(ana: LiveClient, eve: LiveClient) -> None:
    # While much waits for Eve, she may miss the end, too.
    while eve.state is State.OPEN and END not in eve.messages:
        ana.send(END)
        ana.wait_for(END)


def _people(server: BackgroundServer, *names: str) -> list[LiveClient]:
    return [LiveClient(server.url("/ws"), name).connect() for name in names]


def _leave(eve: LiveClient, *others: LiveClient) -> None:
    # An endpoint that waits for Eve ends by this; otherwise it would keep its place in a naive list forever.
    with suppress(ConnectionError):
        eve.vanish()
    for other in others:
        other.disconnect()
