"""The check of “Slow client”: who does not read costs the others nothing, and is dropped in the end."""

from contextlib import suppress
from functools import cached_property

from websocket_lab.client.connection_state import State
from websocket_lab.grading.event import Event, matches
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.hall_harness import TunedHallHarness, left
from websocket_lab.grading.harness import all_hear, word
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


LIMIT = 20
# Fewer than fit into a queue, and more than a stalled connection takes: about five megabytes.
A_PAUSE = LIMIT - 2
# A stalled client's buffers, here and there, usually take five megabytes; where a client has read fast
# before, Linux lets them grow up to 38.
LONG = 500_000
MOST_TEXTS = 100


class SlowHarness(TunedHallHarness):
    """A hall with a queue for each client under check."""

    options = {"limit": LIMIT}

    @cached_property
    def _crowd(self) -> list[SimulatedClient]:
        return self.join("Ana", "Ben", "Eve")

    @property
    def crowd(self) -> list[SimulatedClient]:
        """Ana, Ben and Eve, who stay from step to step."""
        people = self._crowd
        self.people = list(people)
        return people

    @cached_property
    def missed(self) -> list[Event]:
        """What was said while Eve did not read for the first time."""
        return []

    @cached_property
    def last_words(self) -> list[Event]:
        """What was said while Eve did not read for the second time."""
        return []

    def says(
        self, speaker: SimulatedClient, hearers: list[SimulatedClient], likely: Causes, length: int = 0
    ) -> Event:
        """Have someone say something that each of the receivers must receive next; return it."""
        text = word().ljust(length, ".")
        speaker.sends({"action": "message", "text": text}, likely)
        event = {"type": "message", "from": speaker.username, "text": text}
        all_hear(hearers, event, likely)
        return event

    def says_until_left(self, speaker: SimulatedClient, gone: SimulatedClient, likely: Causes) -> bool:
        """Have someone say long texts until they are told that someone has left; return whether they do."""
        for _ in range(MOST_TEXTS):
            text = word().ljust(LONG, ".")
            said = {"type": "message", "from": speaker.username, "text": text}
            speaker.sends({"action": "message", "text": text}, likely)
            self.last_words.append(said)
            if self._hears_left_before(speaker, said, gone, likely):
                return True
        return False

    def _hears_left_before(
        self, speaker: SimulatedClient, said: Event, gone: SimulatedClient, likely: Causes
    ) -> bool:
        heard = {"left": False}
        while True:
            event = speaker.next_event(f"{speaker.name} receives what she said.", likely)
            if matches(event, {"type": "left", "username": gone.username}):
                heard["left"] = True
            elif matches(event, said):
                return heard["left"]
            else:
                raise Mismatch(f"{speaker.name} receives what she said.", f"She received {str(event)[:200]}.")


@step(
    "What cancels the writer when its client has left?",
    "Three lines in `finally`: out of the hall, cancel the writer, tell all the others.",
    "`self.send_queues.discard(send_queue)`; `send_queue.writer.cancel()`; `self.tell_all(…)`",
)
def nothing_goes_on_for_who_has_left(harness: SlowHarness) -> None:
    """When someone has left, the others are told, and no task is left behind."""
    harness.leaves_no_task(
        NOT_GONE, "The writer goes on until somebody ends it: writer.cancel() in `finally`."
    )


NOT_GONE = {
    "nothing": "Every event goes to everyone: put it into each send_queue, and let each writer send it.",
    "left": "One goodbye for one client is enough. Say it once, in `finally`.",
    "closed": "An exception has ended a handler. Sending to someone who has left raises one.",
}


@step(
    "What does the writer do after it has sent a message?",
    "It waits for the next: `while True`, around `waiting.get()` and `websocket.send_json(…)`.",
)
def everyone_hears_all_in_order(harness: SlowHarness) -> None:
    """Everyone receives each message once, in the order in which they were said."""
    people = harness.crowd
    for speaker in people:
        said = [harness.says(speaker, [], NO_ORDER) for _ in range(5)]
        for event in said:
            all_hear(people, event, NO_ORDER)


NO_ORDER = {
    "nothing": "Somebody waits in vain. Does each writer go on with the next message, in a loop?",
    "message": "The order has changed. One queue and one writer for each client keep it.",
    "left": "Nobody has left. A queue of `limit` messages takes these few.",
    "closed": "An exception has ended a handler.",
}


@step(
    "Which line waits when Eve does not read, and who runs that line?",
    "Only write may await a send. put is a plain function: `self.waiting.put_nowait(event)`.",
)
def the_others_notice_nothing(harness: SlowHarness) -> None:
    """While Eve does not read, Ana and Ben receive everything, as if nothing were."""
    ana, ben, eve = harness.crowd
    eve.client.pause_reading()
    for _ in range(A_PAUSE):
        harness.missed.append(harness.says(ana, [ana, ben], EVE_STALLS, LONG))


EVE_STALLS = {
    "nothing": "All wait for Eve. Speaking must never await a send: only a client's own writer sends to it.",
    "left": f"Eve was dropped too early: `limit` messages may wait for her (here {LIMIT}), however long.",
    "message": "The order has changed. One queue and one writer for each client keep it.",
    "closed": "An exception has ended the speaker's handler. What concerns Eve must not reach it.",
}


@step(
    "What is Eve's handler doing while she does not read?",
    "It must only receive. Her writer is a task of its own, and it alone is stuck.",
)
def who_does_not_read_may_speak(harness: SlowHarness) -> None:
    """Eve does not read, and still her messages are delivered."""
    ana, ben, eve = harness.crowd
    harness.missed.append(harness.says(eve, [ana, ben], STUCK))


STUCK = {
    "nothing": "Eve's handler is stuck in a send to her. It must only receive; her writer sends.",
    "left": "Eve was dropped, although not all places in her queue are taken.",
}


@step(
    "Where is a message between put and send?",
    "In the queue, which keeps the order. Leave nothing out, and drop nobody while there is room.",
)
def a_pause_is_forgiven(harness: SlowHarness) -> None:
    """Eve reads again, and receives all that she has missed, in order."""
    _, _, eve = harness.crowd
    eve.client.resume_reading()
    for event in harness.missed:
        eve.hears(event, NOT_FORGIVEN)


NOT_FORGIVEN = {
    "nothing": "What was said during her pause must wait in her queue until she reads.",
    "message": "Something is lost, or in another order. Nothing may be left out while there is room.",
    "closed": "She was dropped, although her queue was not full.",
}


@step(
    "What happens when there is no room left in the queue?",
    "put_nowait raises asyncio.QueueFull. Catch it in put.",
    "`except asyncio.QueueFull: self.drop()`",
)
def who_never_reads_is_dropped(harness: SlowHarness) -> None:
    """When Eve's queue is full, she is dropped: the others are told once that she has left."""
    ana, ben, eve = harness.crowd
    eve.client.pause_reading()
    is_dropped = harness.says_until_left(ana, eve, OVERFLOW)
    count = len(harness.last_words)
    came = f"was not told after {count} long messages"
    ana.must(is_dropped, f"is told that {eve.username} has left", came, NEVER_DROPPED)
    goodbyes = [hears_in_any_order(harness, event) for event in harness.last_words]
    ben.must(any(goodbyes), f"is told that {eve.username} has left", "was not told", NEVER_DROPPED)


OVERFLOW = {
    "nothing": "When the queue is full, do not wait for a place (put_nowait instead of await put).",
    "closed": "QueueFull has ended the speaker's handler. Catch it where you put the message.",
}


NEVER_DROPPED = (
    "A queue without an end grows until the memory is full, and a message left out is lost. "
    "So give the queue its limit, and when put_nowait raises QueueFull, drop the client."
)


def hears_in_any_order(harness: SlowHarness, said: Event) -> bool:
    """Have Ben receive what was said; return whether he was told first that Eve has left."""
    _, ben, eve = harness.crowd
    event = ben.next_event("Ben receives what was said.", OVERFLOW)
    goodbye = matches(event, left(eve))
    if goodbye:
        event = ben.next_event("Ben receives what was said.", OVERFLOW)
    cause = GO_ON["left"] if matches(event, left(eve)) else NO_ORDER["message"]
    ben.must(matches(event, said), "receives everything in order", f"received {str(event)[:120]}", cause)
    return goodbye


@step(
    "Where in your server is the goodbye said, and can it be said twice?",
    "Say it in `finally` and nowhere else; drop() only ends the visit.",
)
def the_others_go_on(harness: SlowHarness) -> None:
    """Ana and Ben go on talking, and nobody receives a second goodbye."""
    ana, ben, _ = harness.crowd
    for speaker in (ana, ben):
        harness.says(speaker, [ana, ben], GO_ON)


GO_ON = {
    "left": "The goodbye came twice. Take the client out of the hall first, and say it in `finally` only.",
    "nothing": "After somebody was dropped, nothing arrives any more. Did an exception end a handler?",
    "closed": "Somebody else was dropped as well.",
}


@step(
    "What ends when a client is dropped, and what goes on?",
    "`drop()` ends the visit; what comes after the visit closes the connection. Call it, and do no more.",
)
def the_dropped_connection_is_closed(harness: SlowHarness) -> None:
    """Eve's connection is closed, and what reached her until then has no gap."""
    eve = harness.crowd[2]
    eve.client.resume_reading()
    for event in harness.last_words:
        try:
            came = eve.next_event("Eve's connection is closed.")
        except Mismatch:
            break
        eve.must(
            matches(came, event), "misses nothing", f"received {str(came)[:120]}", NOT_FORGIVEN["message"]
        )
    with suppress(TimeoutError):
        eve.client.wait_closed()
    eve.must(eve.client.state is State.CLOSED, "is disconnected", "was still connected", STILL_OPEN)


STILL_OPEN = "A dropped client must know it, so that it can come back: end the handler, and close."


EXERCISE = Exercise(
    title="Slow client",
    harness=SlowHarness,
    steps=(
        nothing_goes_on_for_who_has_left,
        everyone_hears_all_in_order,
        the_others_notice_nothing,
        who_does_not_read_may_speak,
        a_pause_is_forgiven,
        who_never_reads_is_dropped,
        the_others_go_on,
        the_dropped_connection_is_closed,
    ),
    hints=(
        "A queue has two sides: whoever speaks puts in and goes on; the writer takes out and sends.",
        "put must never wait, write may wait forever, and somebody must end the writer.",
    ),
)
