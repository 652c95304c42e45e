"""The check of “Slow client”: who does not read costs the others nothing, and is dropped in the end."""

from contextlib import suppress

from websocket_lab.checking.bench import all_hear
from websocket_lab.checking.event import Event, matches
from websocket_lab.checking.exercise import Exercise
from websocket_lab.checking.mismatch import Mismatch
from websocket_lab.checking.slow_bench import LIMIT, LONG, SlowBench
from websocket_lab.checking.tuned_hall_bench import left
from websocket_lab.client.connection_state import State
from websocket_lab.hints.slow_client import HINTS


# Fewer than fit into a queue, and more than a stalled connection takes: about five megabytes.
A_PAUSE = LIMIT - 2


def nothing_goes_on_for_who_has_left(bench: SlowBench) -> None:
    """When someone has left, the others hear it, and no task is left behind."""
    bench.leaves_no_task(NOT_GONE, "The writer goes on until somebody ends it: writer.cancel() in `finally`.")


NOT_GONE = {
    "nothing": "Every event goes to everyone: put it into each outbox, and let each writer send it.",
    "left": "One goodbye for one client is enough. Say it once, in `finally`.",
    "closed": "An exception has ended a handler. Sending to someone who has left raises one.",
}


def everyone_hears_all_in_order(bench: SlowBench) -> None:
    """Everyone hears each message once, in the order in which they were said."""
    people = bench.crowd
    for speaker in people:
        said = [bench.says(speaker, [], NO_ORDER) for _ in range(5)]
        for event in said:
            all_hear(people, event, NO_ORDER)


NO_ORDER = {
    "nothing": "Somebody waits in vain. Does each writer go on with the next message, in a loop?",
    "message": "The order has changed. One queue and one writer for each client keep it.",
    "left": "Nobody has left. A queue of `limit` messages takes these few.",
    "closed": "An exception has ended a handler.",
}


def the_others_notice_nothing(bench: SlowBench) -> None:
    """While Eve does not read, Ana and Ben hear everything, as if nothing were."""
    ana, ben, eve = bench.crowd
    eve.client.pause_reading()
    for _ in range(A_PAUSE):
        bench.missed.append(bench.says(ana, [ana, ben], EVE_STALLS, LONG))


EVE_STALLS = {
    "nothing": "All wait for Eve. Speaking must never await a send: only a client's own writer sends to it.",
    "left": f"Eve was dropped too early: `limit` messages may wait for her (here {LIMIT}), however long.",
    "message": "The order has changed. One queue and one writer for each client keep it.",
    "closed": "An exception has ended the speaker's handler. What concerns Eve must not reach it.",
}


def who_does_not_read_may_speak(bench: SlowBench) -> None:
    """Eve does not read, and still she is heard."""
    ana, ben, eve = bench.crowd
    bench.missed.append(bench.says(eve, [ana, ben], STUCK))


STUCK = {
    "nothing": "Eve's handler is stuck in a send to her. It must only receive; her writer sends.",
    "left": "Eve was dropped, although not all places in her queue are taken.",
}


def a_pause_is_forgiven(bench: SlowBench) -> None:
    """Eve reads again, and hears all that she has missed, in order."""
    _, _, eve = bench.crowd
    eve.client.resume_reading()
    for event in bench.missed:
        eve.hears(event, NOT_FORGIVEN)


NOT_FORGIVEN = {
    "nothing": "What was said during her pause must wait in her queue until she reads.",
    "message": "Something is lost, or in another order. Nothing may be left out while there is room.",
    "closed": "She was dropped, although her queue was not full.",
}


def who_never_reads_is_dropped(bench: SlowBench) -> None:
    """When Eve's queue is full, she is dropped: the others hear once that she has left."""
    ana, ben, eve = bench.crowd
    eve.client.pause_reading()
    is_dropped = bench.says_until_left(ana, eve, OVERFLOW)
    count = len(bench.last_words)
    came = f"had not heard it after {count} long messages"
    ana.must(is_dropped, f"hears that {eve.username} has left", came, NEVER_DROPPED)
    goodbyes = [hears_in_any_order(bench, event) for event in bench.last_words]
    ben.must(any(goodbyes), f"hears that {eve.username} has left", "did not hear it", NEVER_DROPPED)


OVERFLOW = {
    "nothing": "When the queue is full, do not wait for a place (put_nowait instead of await put).",
    "closed": "QueueFull has ended the speaker's handler. Catch it where you put the message.",
}
NEVER_DROPPED = (
    "A queue without an end grows until the memory is full, and a message left out is lost. "
    "So give the queue its limit, and when put_nowait raises QueueFull, drop the client."
)


def hears_in_any_order(bench: SlowBench, said: Event) -> bool:
    """Have Ben hear what was said; return whether he heard first that Eve has left."""
    _, ben, eve = bench.crowd
    event = ben.next_event("Ben hears what was said.", OVERFLOW)
    goodbye = matches(event, left(eve))
    if goodbye:
        event = ben.next_event("Ben hears what was said.", OVERFLOW)
    cause = GO_ON["left"] if matches(event, left(eve)) else NO_ORDER["message"]
    ben.must(matches(event, said), "hears everything in order", f"heard {str(event)[:120]}", cause)
    return goodbye


def the_others_go_on(bench: SlowBench) -> None:
    """Ana and Ben go on talking, and nobody hears a second goodbye."""
    ana, ben, _ = bench.crowd
    for speaker in (ana, ben):
        bench.says(speaker, [ana, ben], GO_ON)


GO_ON = {
    "left": "The goodbye came twice. Take the client out of the hall first, and say it in `finally` only.",
    "nothing": "After somebody was dropped, nothing arrives any more. Did an exception end a handler?",
    "closed": "Somebody else was dropped as well.",
}


def the_dropped_connection_is_closed(bench: SlowBench) -> None:
    """Eve's connection is closed, and what reached her until then has no gap."""
    eve = bench.crowd[2]
    eve.client.resume_reading()
    for event in bench.last_words:
        try:
            came = eve.next_event("Eve's connection is closed.")
        except Mismatch:
            break
        eve.must(matches(came, event), "hears no gap", f"heard {str(came)[:120]}", NOT_FORGIVEN["message"])
    with suppress(TimeoutError):
        eve.client.wait_closed()
    eve.must(eve.client.state is State.CLOSED, "is disconnected", "was still connected", STILL_OPEN)


STILL_OPEN = "A dropped client must know it, so that it can come back: end the handler, and close."


EXERCISE = Exercise(
    title="Slow client",
    bench=SlowBench,
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
    hints=HINTS,
)
