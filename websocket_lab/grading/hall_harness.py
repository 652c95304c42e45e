"""The harness of exercises about one hall: each client on /ws/{username} receives what everyone sends."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Self

from starlette.applications import Starlette

from websocket_lab.grading.event import Event
from websocket_lab.grading.harness import CheckedServer, Harness, all_hear, app_from, word
from websocket_lab.grading.learner_tasks import ServerTasks
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


NOBODY_IN = {
    "nothing": "Does the server still accept clients, and tell everyone who joined?",
    "closed": "A handler that raises an exception closes its connection. Does yours?",
    "refused": "The address is /ws/{username}.",
}


class HallHarness(Harness):
    """A hall under check."""

    vocabulary = frozenset({"joined", "left", "message", "error"})

    def guest(self, name: str) -> SimulatedClient:
        """Return a person who will connect with a name that nobody can guess."""
        username = f"{name.lower()}_{word()[-6:]}"
        return self.person(f"/ws/{username}", name, username)

    def join(self, *names: str) -> list[SimulatedClient]:
        """Return people who have connected, one after the other, each announced to all of them."""
        inside: list[SimulatedClient] = []
        for name in names:
            newcomer = self.guest(name)
            newcomer.connects(NOBODY_IN)
            inside.append(newcomer)
            all_hear(inside, {"type": "joined", "username": newcomer.username}, NOBODY_IN)
        return inside


class TunedHallHarness(HallHarness):
    """A hall under check, made with options."""

    # What make_app is called with.
    options: Mapping[str, Any] = {}

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self._tasks = ServerTasks()

    def __enter__(self) -> Self:
        """Start the learner's server."""
        self.start(**self.options)
        return self

    def start(self, **options: Any) -> None:
        """Start a server that the learner's function makes with these options."""
        app = app_from(with_options(self.subject, options))
        self.server = CheckedServer(self._tasks.watch(app)).start()

    def is_quiet_again(self, person: SimulatedClient, likely: Causes) -> None:
        """Have a person say something, which that person must receive next."""
        text = word()
        person.sends({"action": "message", "text": text})
        person.hears({"type": "message", "text": text}, likely)

    def come_and_go(self, witness: SimulatedClient, likely: Causes) -> None:
        """Let two people come, and go in two ways; the witness receives all of it."""
        ben, eve = self.join("Ben", "Eve")
        for newcomer in (ben, eve):
            witness.hears({"type": "joined", "username": newcomer.username}, likely)
        for gone, leave in ((ben, ben.leaves), (eve, eve.vanishes)):
            leave()
            witness.hears(left(gone), likely)

    def leaves_no_task(self, likely: Causes, cause: str) -> None:
        """Let people come and go, and look whether the server has more to do than before."""
        (ana,) = self.join("Ana")
        self.is_quiet_again(ana, likely)
        before = self._tasks.count()
        for _ in range(2):
            self.come_and_go(ana, likely)
        # How many tasks Ana alone has at a given moment depends on what her handler is doing.
        after = self._tasks.count(wanted=before + 2)
        came = f"is alone again, and the server still has {after - before} tasks more than before"
        ana.must(after <= before + 2, "is alone again, and all tasks of the others have ended", came, cause)


def left(person: SimulatedClient) -> Event:
    """Return what the others receive when someone has left."""
    return {"type": "left", "username": person.username}


def with_options(subject: Any, options: Mapping[str, Any]) -> Any:
    """Return a function that makes the learner's server with these options; other things as they are."""
    if isinstance(subject, Starlette) or not callable(subject):
        return subject
    return partial(subject, **options)
