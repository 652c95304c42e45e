"""The bench of the rate limit: a server whose buckets hardly refill, then one whose buckets refill fast."""

from functools import cached_property, partial
from typing import Any, Self

from starlette.applications import Starlette

from websocket_lab.checking.bench import CheckedServer, app_from
from websocket_lab.checking.hall_bench import HallBench
from websocket_lab.checking.person import Person
from websocket_lab.checking.rate_scene import RateScene


# No token comes back while a step is about the burst.
BURST = 4
HARDLY = 0.05
# A token comes back every tenth of a second.
FAST_BURST = 5
FAST_RATE = 10.0
# How often a scene is played again that a busy machine has disturbed.
REPEATS = 2


class RateBench(HallBench):
    """A hall with a rate limit under check."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._past_errors: list[str] = []

    def __enter__(self) -> Self:
        """Start the learner's server with buckets that hardly refill."""
        self._start(BURST, HARDLY)
        return self

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised on both servers."""
        return self._past_errors + super().errors

    def watch(self, *people: Person) -> None:
        """Show these people in the picture, whoever else there is."""
        self.people = list(people)

    @cached_property
    def crowd(self) -> list[Person]:
        """Ana and Ben, on the server whose buckets hardly refill."""
        return self.join("Ana", "Ben")

    @cached_property
    def scene(self) -> RateScene:
        """What happens while tokens come back; the time passes when this is first asked for."""
        self.begin_scene()
        self._past_errors = self.errors
        self.server.stop()
        self._start(FAST_BURST, FAST_RATE)
        scene = self._play()
        for _ in range(REPEATS):
            if scene.was_disturbed:
                scene.end()
                scene = self._play()
        return scene

    def _play(self) -> RateScene:
        ana, ben, eve = self.join("Ana", "Ben", "Eve")
        scene = RateScene(ana, ben, eve, FAST_BURST, FAST_RATE)
        scene.play()
        return scene

    def _start(self, burst: int, rate: float) -> None:
        self.server = CheckedServer(app_from(with_limit(self.subject, burst, rate))).start()


def with_limit(subject: Any, burst: int, rate: float) -> Any:
    """Return a function that makes the learner's server with this limit; other things as they are."""
    if isinstance(subject, Starlette) or not callable(subject):
        return subject
    return partial(subject, burst=burst, rate=rate)
