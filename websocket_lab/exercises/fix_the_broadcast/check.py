"""The check of “Fix the broadcast”: a broadcast survives clients that leave, vanish or stall during it."""

from websocket_lab.client.connection_state import State
from websocket_lab.exercises.fix_the_broadcast.harness import (
    GUARD,
    IN_THE_ROOM,
    PATIENCE,
    Broadcast,
    explained,
)
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import Mismatch, at_once
from websocket_lab.grading.text_client import TextClient


TEXTS_AFTERWARDS = 8
# Seconds. A right server may be slow, but not so slow with each of the texts.
NOTICEABLE = 0.45


@step(
    "Who is in `self.members`?",
    "Send the message to each of them, also to the speaker: "
    "`await self.deliver(message, number, websocket)`.",
)
def everyone_hears_each_text(room: Broadcast) -> None:
    """Each text reaches everyone in the room once and in order, and nobody in another room."""
    ana, ben = people = room.join("Ana", "Ben")
    (eve,) = room.join("Eve")
    for speaker in (ana, ben, ben, ana):
        room.says(speaker, people)
    room.says(eve, [eve])
    room.says(ana, people)


@step(
    "Two broadcasts may run at the same time. Do they share a variable?",
    "Keep what belongs to one broadcast in local variables.",
)
def two_speak_at_once(room: Broadcast) -> None:
    """When Ana and Ben speak at the same moment, everyone receives both, once each."""
    ana, ben, eve = room.join("Ana", "Ben", "Eve")
    texts = {"Ana": room.text(), "Ben": room.text()}
    at_once(lambda speaker: speaker.sends(texts[speaker.name]), [ana, ben])
    for person in (ana, ben, eve):
        for text in texts.values():
            person.hears_in_the_end(text, IN_THE_ROOM, PATIENCE)
            person.has_heard([text], IN_THE_ROOM)


@step(
    "The endpoint calls `leave` when a client leaves. Does yours take it out of `self.members`?",
    "`self.members.pop(number, None)`",
)
def who_has_left_is_forgotten(room: Broadcast) -> None:
    """A client that has left is forgotten, and the others keep talking."""
    ana, ben, eve = room.join("Ana", "Ben", "Eve")
    with explained(room):
        eve.leaves()
        room.says(ana, [ana, ben])
        room.says(ben, [ana, ben])
        ben.leaves()
        room.says(ana, [ana])


@step(
    "In whose endpoint does the exception of a failed send arrive?",
    "`gather` passes on the first exception. A send to a client that is gone raises one of GONE: "
    "catch it in `deliver`, and forget that client.",
    "`try: await websocket.send_text(message)`, and then `except GONE: self.leave(number)`. The "
    "endpoint calls `leave` for that client, too, so use `self.members.pop(number, None)`.",
)
def the_speaker_stays(room: Broadcast) -> None:
    """Eve's connection breaks while Ana's text waits for her: Ana keeps hers."""
    eve, ben, ana = room.join("Eve", "Ben", "Ana")
    eve.client.pause_reading()
    with explained(room):
        room.fill_up(ana, ben)
        eve.vanishes()
        text = room.text()
        ana.sends(text)
        ana.hears_in_the_end(text, CUT_OFF, PATIENCE)


CUT_OFF = {"nothing": "Does the broadcast go on when a send has failed?", "closed": GUARD}


@step(
    "While a loop waits for Eve, Ben's endpoint calls `leave`. What happens to the loop?",
    "Loop over a copy: `for member in list(self.members.items())`. A list for `gather` is one, too.",
    "The `try` belongs around one send, not around the whole loop.",
)
def nobody_is_skipped(room: Broadcast) -> None:
    """Ben leaves and Eve vanishes while a text waits for Eve: those after her on the list still get it."""
    ben, eve, ana = room.join("Ben", "Eve", "Ana")
    eve.client.pause_reading()
    with explained(room):
        texts = room.fill_up(ana, ana)
        ben.leaves()
        eve.vanishes()
        texts.append(room.text())
        ana.sends(texts[-1])
        ana.hears_in_the_end(texts[-1], CUT_OFF, PATIENCE)
        ana.has_heard(texts, SKIPPED)


SKIPPED = {
    "nothing": "Your loop missed her. A loop over a list goes by position, and when somebody leaves, the "
    "others move up. Or a send failed, and that ended the loop.",
    "twice": "The same text is sent twice to her. Send it once to each.",
}


@step(
    "How long does `send_text` wait for a client that does not read? And who waits for a lock that "
    "its sender holds?",
    "Write `async with asyncio.timeout(1):` around each send raises `TimeoutError` after it.",
    "Then forget the client, or each text waits for another second. Do not wait for its close "
    "either: call `say_goodbye(websocket)`.",
)
def a_stalled_client_holds_up_nobody(room: Broadcast) -> None:
    """Eve reads nothing for seconds: Ana and Ben talk on, and receive everything."""
    eve, ben, ana = room.scene = room.join("Eve", "Ben", "Ana")
    eve.client.pause_reading()
    with explained(room):
        texts = room.fill_up(ana, ben)
        answer = room.text()
        ben.sends(answer)
        for text in (answer, texts[-1]):
            ana.hears_in_the_end(text, FROZEN, PATIENCE)
        texts += talk_on(room, ana)
        ben.hears_in_the_end(texts[-1], FROZEN, PATIENCE)
        ben.hears_in_the_end(answer, FROZEN, PATIENCE)
        for person in (ana, ben):
            person.has_heard(texts, SKIPPED)


def talk_on(room: Broadcast, speaker: TextClient) -> list[str]:
    """Have someone say long texts, and not wait again and again to receive them; return the texts."""
    texts = [room.long_text() for _ in range(TEXTS_AFTERWARDS)]
    waits = [room.seconds_to_hear(text, speaker, FROZEN) for text in texts]
    shortest = min(waits)
    came = f"waits for at least {shortest:.1f} s, again and again"
    speaker.must(shortest < NOTICEABLE, "waits for a stalled client once", came, STILL_THERE)
    return texts


STILL_THERE = "A client that took too long is still on the list: at each text, everybody waits for it again."
FROZEN = {
    "nothing": "Eve's buffers are full, and everybody waits for her: until she takes the text, or until she "
    "answers a close.",
    "closed": GUARD,
}


@step(
    "Eve reads again, and is no member any more. How does she know?",
    "`say_goodbye(websocket)` closes a connection in the background. Call it after a `TimeoutError`.",
)
def who_was_let_go_is_told(room: Broadcast) -> None:
    """When Eve reads again, she is in the room, or finds her connection closed."""
    room.people = list(room.scene)
    eve, _, ana = room.scene
    eve.client.resume_reading()
    text = room.text()
    ana.sends(text)
    ana.hears_in_the_end(text, FROZEN, PATIENCE)
    try:
        eve.hears_in_the_end(text, patience=PATIENCE)
    except Mismatch:
        is_told = eve.client.state is State.CLOSED
        eve.must(is_told, "receives what is said, or finds her connection closed", "receives nothing", GHOST)


GHOST = "She was taken off the list, and nobody told her: her connection stays open, and silent."


EXERCISE = Exercise(
    title="Fix the broadcast",
    harness=Broadcast,
    seconds=45.0,
    steps=(
        everyone_hears_each_text,
        two_speak_at_once,
        who_has_left_is_forgotten,
        the_speaker_stays,
        nobody_is_skipped,
        a_stalled_client_holds_up_nobody,
        who_was_let_go_is_told,
    ),
    hints=(
        "A broadcast waits at each await. What may happen to the others in the meantime?",
        "Treat each client apart: `deliver` sends to one client, and deals with whatever happens to it.",
        "Forget a client that cannot be reached. Forgetting it twice must do no harm.",
    ),
)
