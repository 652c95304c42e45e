"""The bench of the heartbeat exercise: a calm server first, then one on which time passes, once for all."""

from typing import Any

from websocket_lab.checking.heartbeat_scene import Scene
from websocket_lab.checking.stall_watch import undisturbed
from websocket_lab.checking.tuned_hall_bench import TunedHallBench


INTERVAL = 0.3
PATIENCE = 1.5
# Nobody is closed for their silence while a step is about something else: longer than the whole check.
CALM = 60.0
# What a busy machine may add to the time that the contract gives.
GRACE = 1.0
LATEST = PATIENCE + INTERVAL + GRACE


class HeartbeatBench(TunedHallBench):
    """A server with a heartbeat under check."""

    vocabulary = TunedHallBench.vocabulary | {"pong"}
    options = {"interval": INTERVAL, "patience": CALM}

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._past_errors: list[str] = []
        self._scene: Scene | None = None

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised on both servers."""
        return self._past_errors + super().errors

    @property
    def scene(self) -> Scene:
        """What happened while time passed; it passes when this is first asked for."""
        if self._scene is None:
            self._scene = undisturbed(self._play)
        self.people = list(self._scene.people)
        return self._scene

    def _play(self) -> Scene:
        self.begin_scene()
        self._past_errors = self.errors
        self.server.stop()
        self.start(interval=INTERVAL, patience=PATIENCE)
        scene = Scene(self.guest, PATIENCE, PATIENCE + 2 * INTERVAL, PATIENCE / 2 + LATEST)
        scene.play()
        return scene
