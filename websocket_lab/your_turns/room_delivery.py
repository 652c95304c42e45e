"""The check of lesson 13's your-turn: what the broker brings goes to this process's members of the room."""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from server_snippets.server.brokers.base import Entry
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import NO_FUNCTION, app_from, word
from websocket_lab.grading.mismatch import SubjectError
from websocket_lab.grading.simulated_client import Causes
from websocket_lab.grading.text_client import TextClient
from websocket_lab.grading.text_harness import TextHarness


is_delivering = ContextVar("is_delivering", default=False)
GOES_ROUND = "on_event has published what the broker brought: the broker would bring it again, without end."


class SharedBroker:
    """The broker of several apps on one event loop; it passes everything on at once."""

    def __init__(self) -> None:
        self._subscribers: list[tuple[str, Callable[[Entry], Awaitable[None]]]] = []

    def subscribe(self, place: str, on_event: Callable[[Entry], Awaitable[None]]) -> None:
        """Have `on_event(entry)` called with each entry for a place."""
        self._subscribers.append((place, on_event))

    async def publish(self, place: str, room: str, message: str) -> None:
        """Call all subscribers of a place; raise RuntimeError if one of them has published this."""
        if is_delivering.get():
            raise RuntimeError(GOES_ROUND)

        token = is_delivering.set(True)
        try:
            for subscribed, on_event in self._subscribers:
                if subscribed == place:
                    await on_event(Entry("published", place, room, message=message))
        finally:
            is_delivering.reset(token)


class TwoApps(TextHarness):
    """Two apps under check that share a broker and nothing else."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        if isinstance(subject, Starlette):
            raise SubjectError(NO_FUNCTION.format(id="room_delivery"))

        make_app = partial(subject, SharedBroker()) if callable(subject) else subject
        self.subject = Starlette(routes=[Mount(f"/{number}", app_from(make_app)) for number in (1, 2)])

    def join(self, room: str, **processes: int) -> list[TextClient]:
        """Return people who are in a room, each by the app with this number."""
        return [self.enter(name, f"/{number}/ws/{room}") for name, number in processes.items()]


def everyone_sends(people: Sequence[TextClient], likely: Causes) -> None:
    """Have each of the people send a text, which is the next that all of them receive."""
    for sender in people:
        sender.sends(text := word(), likely)
        for person in people:
            person.hears_text(text, likely)


@step()
def the_room_receives_it(apps: TwoApps) -> None:
    """Ana, Eve and Ben are in one room, Ben on another process: all receive what any of them sends."""
    everyone_sends(apps.join(word(), Ana=1, Eve=1, Ben=2), NOT_DELIVERED)


NOT_DELIVERED = {
    "nothing": "The broker calls `on_event` on each process. There, send `entry.message` to the clients of "
    "`rooms[entry.room]`.",
    "closed": "What `on_event` raises ends the endpoint that publishes. Does the last line of the exception "
    "say what is wrong? `broadcast` is not `async`: call it without `await`.",
    "other": "What the broker brings is an entry; its text is `entry.message`.",
    "twice": "It comes twice. One call of `broadcast` sends it to every client in the room.",
}


@step(
    "Which of the managers in `rooms` knows the clients of this room?",
    "`rooms[entry.room]`",
)
def other_rooms_do_not(apps: TwoApps) -> None:
    """Ana and Ben are in one room, Eve in another: she receives what she sends, and nothing of theirs."""
    room, another = word(), word()
    ana, ben = apps.join(room, Ana=1, Ben=2)
    (eve,) = apps.join(another, Eve=1)
    for people in ([ana, ben], [eve], [ben, ana]):
        everyone_sends(people, NOT_APART)


NOT_APART = NOT_DELIVERED | {
    "other": "That was sent in another room. `rooms` has a manager for each room: take the one of "
    "`entry.room`.",
}


EXERCISE = Exercise(
    title="Deliver what the broker brings",
    harness=TwoApps,
    steps=(the_room_receives_it, other_rooms_do_not),
    hints=(
        "Which of the manager's methods sends a text to all clients that it knows?",
        "`broadcast`, which is not `async`; the text is `entry.message`.",
        "`rooms[entry.room].broadcast(entry.message)`",
    ),
    seconds=20.0,
)
