"""The check of lesson 14's your-turn: a task that begins and ends with the server."""

import asyncio
from collections.abc import Iterable
from typing import Self

from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import CheckedServer, app_from
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.text_client import TextClient
from websocket_lab.grading.text_harness import TextHarness
from websocket_lab.server.learner_traceback import last_line


TICKS = 4
LIFESPAN_SECONDS = 5.0
# A task that was cancelled needs a few turns of the loop to end.
ENDING_SECONDS = 1.0


class ClockHarness(TextHarness):
    """A server whose lifespan keeps a task, under check; the first step starts it."""

    def __enter__(self) -> Self:
        """Make the server."""
        self.server = CheckedServer(app_from(self.subject))
        return self

    def begin_and_end(self) -> None:
        """Begin and end a lifespan without clients, and note the names of the tasks that go on after it."""
        self.left_behind = asyncio.run(self._begin_and_end())

    async def _begin_and_end(self) -> list[str]:
        app = app_from(self.subject)
        before = asyncio.all_tasks()
        try:
            async with asyncio.timeout(LIFESPAN_SECONDS), app.router.lifespan_context(app):
                # The task has begun when the loop has turned.
                await asyncio.sleep(0)
        except TimeoutError:
            raise Mismatch("The lifespan begins and ends.", NEVER_BEGINS, NOT_AWAITED) from None
        if not (tasks := asyncio.all_tasks() - before):
            return []
        _, pending = await asyncio.wait(tasks, timeout=ENDING_SECONDS)
        return names_of(pending)


NEVER_BEGINS = f"After {LIFESPAN_SECONDS:g} seconds it was still waiting, and the server could not start."
NOT_AWAITED = "`await tick()` never returns. `asyncio.create_task(tick())` starts it beside the server."


def names_of(tasks: "Iterable[asyncio.Task[object]]") -> list[str]:
    """Return the names of the functions that tasks run, sorted."""
    coroutines = [task.get_coro() for task in tasks]
    return sorted(getattr(coroutine, "__name__", "a task") for coroutine in coroutines)


def receives_ticks(client: TextClient) -> None:
    """Have someone receive a few ticks, whose numbers follow each other."""
    wanted = f"{client.name} receives a tick."
    first = int(client.next_event(wanted, NO_TICKS)["text"].removeprefix("tick "))
    for number in range(first + 1, first + TICKS):
        client.hears_text(f"tick {number}", NO_TICKS)


@step()
def the_server_starts(clock: ClockHarness) -> None:
    """The lifespan has a `yield`, and what stands above it lets the server start."""
    try:
        clock.begin_and_end()
    except RuntimeError as error:
        if "yield" not in str(error):
            raise
        raise Mismatch("The lifespan has a `yield`.", f"It raised {last_line(error)}", NO_YIELD) from None
    clock.server.start()


NO_YIELD = "Above `yield` the server starts, below it the server ends: write it once, in a line of its own."


@step()
def everyone_receives_the_same_ticks(clock: ClockHarness) -> None:
    """Ana and Ben receive ticks whose numbers follow each other, from one task for all."""
    for client in [clock.enter("Ana"), clock.enter("Ben")]:
        receives_ticks(client)


NO_TICKS = {
    "nothing": "Nobody ticks. Above `yield`, start the task: `ticking = asyncio.create_task(tick())`.",
    "other": "The numbers do not follow each other. Start one task, and start it once.",
    "twice": "A tick comes twice. Start one task, and start it once.",
}


@step(
    "What is left of the task when the last client has gone?",
    "Keep the task in a variable, and below `yield`: `ticking.cancel()`.",
)
def the_task_ends_with_the_server(clock: ClockHarness) -> None:
    """When the server has ended, no task of its lifespan goes on."""
    if names := clock.left_behind:
        came = f"After the end of the lifespan, {' and '.join(names)} still runs."
        raise Mismatch("The task ends with the server.", came, GOES_ON)


GOES_ON = "Below `yield`, end what was begun above it: `ticking.cancel()`."


@step()
def it_starts_again(clock: ClockHarness) -> None:
    """The same app is stopped and started again, and Eve receives ticks."""
    clock.server.stop()
    clock.server.start()
    receives_ticks(clock.enter("Eve"))


EXERCISE = Exercise(
    title="A clock that lives as long as the server",
    harness=ClockHarness,
    steps=(
        the_server_starts,
        everyone_receives_the_same_ticks,
        the_task_ends_with_the_server,
        it_starts_again,
    ),
    hints=(
        "What runs above `yield`, and what below it?",
        "`await tick()` would never return. Which function starts a coroutine beside the others?",
        "`ticking = asyncio.create_task(tick())`, then `yield`, then `ticking.cancel()`",
    ),
    seconds=30.0,
)
