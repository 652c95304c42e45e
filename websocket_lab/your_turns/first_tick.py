"""The check of lesson 1's your-turn: a clock that pushes the current tick first, then each that follows."""

import time
from functools import partial

from websocket_lab.client.client_log import json_object
from websocket_lab.grading.event import ANYTHING, Event, matches, shown
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import Harness
from websocket_lab.grading.mismatch import Mismatch, TooSlow
from websocket_lab.grading.simulated_client import SimulatedClient


class ClockHarness(Harness):
    """A clock under check."""

    vocabulary = None

    def enter(self, name: str) -> SimulatedClient:
        """Return a person who is connected to the clock."""
        person = self.person("/clock", name)
        person.connects({"refused": "The clock's address is /clock."})
        return person

    def tick(self, person: SimulatedClient) -> int:
        """Return the number of the next tick that someone receives."""
        event = person.hears({"tick": ANYTHING, "at": ANYTHING}, NO_TICK)
        is_number = isinstance(event["tick"], int)
        person.must(is_number, "receives a tick with a number", f"received {shown(event)}", NO_TICK["other"])
        return int(event["tick"])


NO_TICK = {
    "nothing": "The server speaks first here: it must not wait until a client says something.",
    "other": "Send what `describe(tick)` returns, as the loop does.",
    "closed": "Your endpoint ended. The loop below your line goes on for as long as the client is there.",
}


@step()
def a_newcomer_has_the_current_tick(clock: ClockHarness) -> None:
    """Ben connects after a tick, and receives that tick at once."""
    ana = clock.enter("Ana")
    # The second one comes at its moment, so the next is half a second away.
    current = [clock.tick(ana), clock.tick(ana)][-1]
    ben = clock.enter("Ben")
    following = {"tick": current + 1}
    is_over = any(matches(json_object(message), following) for message in ana.client.messages)
    try:
        ben.hears({"tick": current}, NO_TICK | {"other": partial(another_tick, current)})
    except Mismatch:
        if is_over:
            raise TooSlow from None
        raise


def another_tick(current: int, came: Event) -> str:
    """Return what leads to another tick than the current one."""
    if not isinstance(came.get("tick"), int) or not isinstance(came.get("at"), int | float):
        return NO_TICK["other"]
    if came["tick"] < current:
        return "This tick is over. The current one is `describe(tick)`."
    if came["at"] > time.time():
        return "The moment of this tick is still to come. The current one is `describe(tick)`."
    return "Ben had to wait for the next tick. Send the current one above the loop, before anything waits."


@step(
    "How often does your line run for one client? Once is enough.",
)
def each_tick_follows_once(clock: ClockHarness) -> None:
    """After that, each tick comes once, in order."""
    ana = clock.enter("Ana")
    first = clock.tick(ana)
    for tick in (first + 1, first + 2):
        ana.hears({"tick": tick}, NO_TICK | TWICE)


TWICE = {
    "twice": "A tick comes twice. Your line belongs above the loop, where it runs once for each client.",
    "other": "A tick is missing, or comes twice. Leave the variable `tick` as it is: the loop counts on.",
}


EXERCISE = Exercise(
    title="Send the current tick at once",
    harness=ClockHarness,
    steps=(a_newcomer_has_the_current_tick, each_tick_follows_once),
    hints=(
        "The last line of the loop sends a tick. Yours does the same, without waiting first.",
        "`tick` holds the number of the current tick, and `describe(tick)` is what clients receive.",
        "`await websocket.send_json(describe(tick))`",
    ),
    seconds=20.0,
    is_timed=True,
)
