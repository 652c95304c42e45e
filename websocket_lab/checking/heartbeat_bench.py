"""The bench of the heartbeat exercise: a calm server first, then one on which time passes, once for all."""

from functools import partial
from typing import Any, Self

from starlette.applications import Starlette

from websocket_lab.checking.bench import Bench, CheckedServer, all_hear, app_from, word
from websocket_lab.checking.heartbeat_scene import Scene, left
from websocket_lab.checking.person import Causes, Person
from websocket_lab.checking.server_tasks import ServerTasks


INTERVAL = 0.3
PATIENCE = 1.5
# Nobody is closed for their silence while a step is about something else.
CALM = 30.0
# What a busy machine may add to the time that the contract gives.
GRACE = 1.0
LATEST = PATIENCE + INTERVAL + GRACE
NOBODY_IN = {
    "nothing": "Does the server still accept clients, and tell everyone who joined?",
    "closed": "A handler that raises an exception closes its connection. Does yours?",
    "refused": "The address is /ws/{username}.",
}


class HeartbeatBench(Bench):
    """A server with a heartbeat under check."""

    vocabulary = frozenset({"joined", "left", "message", "error", "pong"})

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._tasks = ServerTasks()
        self._past_errors: list[str] = []
        self._scene: Scene | None = None

    def __enter__(self) -> Self:
        """Start the learner's server, calm."""
        self._start(CALM)
        return self

    @property
    def errors(self) -> list[str]:
        """The exceptions that the learner's code has raised on both servers."""
        return self._past_errors + super().errors

    @property
    def scene(self) -> Scene:
        """What happened while time passed; it passes when this is first asked for."""
        if self._scene is None:
            self._past_errors = self.errors
            self.server.stop()
            self._start(PATIENCE)
            scene = Scene(self.guest, PATIENCE, PATIENCE + 2 * INTERVAL, PATIENCE / 2 + LATEST)
            scene.play()
            self._scene = scene
        self.people = list(self._scene.people)
        return self._scene

    def guest(self, name: str) -> Person:
        """Return a person who will connect with a name that nobody can guess."""
        username = f"{name.split()[-1].lower()}_{word()[-6:]}"
        return self.person(f"/ws/{username}", name, username)

    def join(self, *names: str) -> list[Person]:
        """Return people who have connected, one after the other, each announced to all."""
        inside: list[Person] = []
        for name in names:
            newcomer = self.guest(name)
            newcomer.connects(NOBODY_IN)
            inside.append(newcomer)
            all_hear(inside, {"type": "joined", "username": newcomer.username}, NOBODY_IN)
        return inside

    def is_quiet_again(self, person: Person) -> None:
        """Have a person say something, which that person must hear next."""
        text = word()
        person.sends({"action": "message", "text": text})
        person.hears({"type": "message", "text": text}, NOBODY_IN)

    def come_and_go(self, witness: Person, likely: Causes) -> None:
        """Let two people come, and go in two ways; the witness hears all of it."""
        ben, eve = self.join("Ben", "Eve")
        for newcomer in (ben, eve):
            witness.hears({"type": "joined", "username": newcomer.username}, likely)
        for gone, leave in ((ben, ben.leaves), (eve, eve.vanishes)):
            leave()
            witness.hears(left(gone), likely)

    def tasks(self, wanted: int = 0) -> int:
        """Return how many tasks the server has, once they are at most `wanted`, if that comes soon."""
        return self._tasks.count(wanted)

    def _start(self, patience: float) -> None:
        app = app_from(with_times(self.subject, patience))
        self.server = CheckedServer(self._tasks.watch(app)).start()


def with_times(subject: Any, patience: float) -> Any:
    """Return a function that makes the learner's server with short times; other things as they are."""
    if isinstance(subject, Starlette) or not callable(subject):
        return subject
    return partial(subject, interval=INTERVAL, patience=patience)
