"""Load from many clients: they run in a process of their own, so they cost the server nothing."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp

from websocket_lab.experiments.plots import course_axes, show_plot
from websocket_lab.server.background_server import BackgroundServer


PROGRAM = Path(__file__).with_name("load_process.py")
TEXT_SIZE = 100


class CrowdError(RuntimeError):
    """A client could not connect, or a message did not reach everyone exactly once."""


@dataclass(frozen=True)
class Load:
    """What a crowd has received, every message counted by the client that received it."""

    deliveries: int
    seconds: float


class Crowd:
    """Clients that one of them speaks to: `with Crowd(server.url("/ws")) as crowd: crowd.speak()`.

    Args:
        url: The endpoint; what one client sends there must reach all of them.
        size: How many clients there are, the one who speaks included.
        greeting: What each sends first, if anything.
        answers: How many messages each hears before the crowd begins to talk.
        compression: Whether the clients offer permessage-deflate, as browsers do.
    """

    def __init__(
        self, url: str, size: int = 100, *, greeting: str = "", answers: int = 0, compression: bool = True
    ) -> None:
        self._options = (url, compression, size, greeting, answers)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Connect everyone.

        Raises:
            CrowdError: A client was refused.
        """
        # -P: what lies beside the file must not stand in for the standard library.
        command = [sys.executable, "-P", str(PROGRAM), json.dumps(self._options)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            self._answer(self._process)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Leave, all at once and without a goodbye."""
        self._end()

    def speak(self, in_flight: int = 16, seconds: float = 0.5, form: str = "TEXT") -> Load:
        """Let one client speak for so long: `in_flight` messages at once, the next when all have them.

        Args:
            in_flight: How many messages are sent at once.
            seconds: For how long.
            form: What a message looks like; TEXT stands for 100 characters, each time different ones.

        Raises:
            CrowdError: A message did not come, or came twice.
        """
        if self._process is None or self._process.stdin is None:
            raise CrowdError("Nobody is there yet. Write: with Crowd(url) as crowd.")

        order = {"in_flight": in_flight, "seconds": seconds, "form": form, "size": TEXT_SIZE}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return Load(**self._answer(self._process))

    def _answer(self, process: "subprocess.Popen[str]") -> dict[str, Any]:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        if not line:
            raise CrowdError(f"The crowd's process has ended. Its last words:\n{process.stderr.read()}")

        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise CrowdError(answer["error"])
        return answer

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


RUNS = 4
SECONDS = 0.1


def load_run(app: ASGIApp, sizes: Sequence[int], **uvicorn_options: Any) -> list[float]:
    """Return for crowds of these sizes how many milliseconds it takes a text to reach everyone on `/ws`.

    Raises:
        CrowdError: A text did not reach everyone, or came twice.
    """
    return [_milliseconds(app, size, uvicorn_options) for size in sizes]


def plot_load(sizes: Sequence[int], runs: Mapping[str, Sequence[float]]) -> None:
    """Draw each server's run, and say the numbers."""
    axes = course_axes("Until everyone has received a text")
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
