"""What one delivery costs the server, measured rung by rung and drawn as it grows."""

from collections.abc import Iterable
from math import log
from typing import Any

from starlette.types import ASGIApp

from websocket_lab.measuring.crowd import Crowd
from websocket_lab.measuring.fan_out_plots import plot_costs
from websocket_lab.server.background_server import BackgroundServer


WARM_UP_SECONDS = 0.1


class Ladder:
    """Ways to send the same to many, and what a delivery costs the server each way.

    Args:
        clients: How many hear each message.
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


def nearest(number: float, choices: Iterable[float]) -> float:
    """Return the choice that differs from `number` by the smallest factor."""
    return min(choices, key=lambda choice: abs(log(choice / number)))
