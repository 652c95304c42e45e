"""The bench of exercises on a hall whose make_app takes options, and which must leave no task behind."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Self

from starlette.applications import Starlette

from websocket_lab.checking.bench import CheckedServer, app_from, word
from websocket_lab.checking.event import Event
from websocket_lab.checking.hall_bench import HallBench
from websocket_lab.checking.person import Causes, Person
from websocket_lab.checking.server_tasks import ServerTasks


class TunedHallBench(HallBench):
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

    def is_quiet_again(self, person: Person, likely: Causes) -> None:
        """Have a person say something, which that person must hear next."""
        text = word()
        person.sends({"action": "message", "text": text})
        person.hears({"type": "message", "text": text}, likely)

    def come_and_go(self, witness: Person, likely: Causes) -> None:
        """Let two people come, and go in two ways; the witness hears all of it."""
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


def left(person: Person) -> Event:
    """Return what the others hear when someone has left."""
    return {"type": "left", "username": person.username}


def with_options(subject: Any, options: Mapping[str, Any]) -> Any:
    """Return a function that makes the learner's server with these options; other things as they are."""
    if isinstance(subject, Starlette) or not callable(subject):
        return subject
    return partial(subject, **options)
