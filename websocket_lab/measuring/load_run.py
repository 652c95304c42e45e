"""A small load run: how long it takes until a crowd has heard a text, the larger the crowd."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.types import ASGIApp

from websocket_lab.measuring.crowd import Crowd
from websocket_lab.measuring.plots import course_axes, show_plot
from websocket_lab.server.background_server import BackgroundServer


RUNS = 4
SECONDS = 0.1


def load_run(app: ASGIApp, sizes: Sequence[int], **uvicorn_options: Any) -> list[float]:
    """Return for crowds of these sizes how many milliseconds it takes until all have heard a text on `/ws`.

    Raises:
        CrowdError: A text did not reach everyone, or came twice.
    """
    return [_milliseconds(app, size, uvicorn_options) for size in sizes]


def plot_load(sizes: Sequence[int], runs: Mapping[str, Sequence[float]]) -> None:
    """Draw each server's run, and say the numbers."""
    axes = course_axes("Until all have heard a text")
    for server, times in runs.items():
        (line,) = axes.plot(sizes, times, clip_on=False)
        end, color = (sizes[-1], times[-1]), line.get_color()
        axes.annotate(server, end, (8, 0), textcoords="offset points", va="center", color=color)
    axes.set(xlabel="clients", ylabel="milliseconds")
    axes.set(xlim=(0, 1.25 * sizes[-1]), ylim=(0, None), xticks=[0, *sizes])
    show_plot(axes)
    print("Clients: milliseconds", *map(_words, runs, [sizes] * len(runs), runs.values()), sep="\n  ")


def _milliseconds(app: ASGIApp, size: int, uvicorn_options: dict[str, Any]) -> float:
    with BackgroundServer(app, **uvicorn_options) as server, Crowd(server.url("/ws"), size) as crowd:
        loads = [crowd.speak(in_flight=1, seconds=SECONDS) for _ in range(RUNS)]
    # The fastest is the one that other programs disturbed least.
    return min(1_000 * load.seconds * size / load.deliveries for load in loads)


def _words(server: str, sizes: Sequence[int], times: Sequence[float]) -> str:
    pairs = zip(sizes, times, strict=True)
    return f"{server} — " + " · ".join(f"{size}: {time:.1f}" for size, time in pairs)
