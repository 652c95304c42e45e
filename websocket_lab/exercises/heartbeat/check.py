"""The check of “Heartbeat”: who falls silent is closed in time, and who shows a sign of life stays."""

from websocket_lab.client.connection_state import State
from websocket_lab.exercises.heartbeat.harness import (
    INTERVAL,
    LATEST,
    PATIENCE,
    Bounds,
    HeartbeatHarness,
    seen,
)
from websocket_lab.grading.chat_harness import say
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.hall_harness import left
from websocket_lab.grading.harness import all_hear, word
from websocket_lab.grading.simulated_client import SimulatedClient


EARLIEST = 0.8 * PATIENCE


@step(
    "What becomes of a text on its way through your server?",
    "The next text is what listen returns: `return await websocket.receive_text()`.",
)
def everyone_hears_a_message(harness: HeartbeatHarness) -> None:
    """A message reaches everyone, once."""
    people = harness.join("Ana", "Ben")
    for speaker in people:
        text = word()
        speaker.sends(say(text))
        all_hear(people, {"type": "message", "from": speaker.username, "text": text}, NO_MESSAGE)


NO_MESSAGE = {
    "nothing": "Every text that a client sends must be passed on, as it was before there were heartbeats.",
    "error": "An ordinary message is not a mistake. Look at what your server does with each text.",
    "closed": "Your handler ended. Does something wait with a time limit that is far too short?",
}


@step(
    "What does your server do with an action that is not “message”?",
    "Nothing at all: that the pong arrived is all that it says.",
)
def a_pong_is_heard_by_nobody(harness: HeartbeatHarness) -> None:
    """A pong gets no answer, and nobody else is told."""
    ana, ben = harness.join("Ana", "Ben")
    text = word()
    ana.sends({"action": "pong"})
    ana.sends(say(text), NOISY_PONG)
    for person in (ben, ana):
        person.hears_nothing_before({"type": "message", "from": ana.username, "text": text}, NOISY_PONG)


NOISY_PONG = {
    "nothing": "After a pong the server must go on listening.",
    "message": "A pong is a sign of life and nothing else: do not pass it on.",
    "error": "A pong is not a mistake, and it needs no answer.",
    "left": "A pong has no text. Look at the action before you read the text.",
    "closed": "A pong has no text. Look at the action before you read the text.",
}


@step(
    "What happens in your server at the moment when somebody leaves?",
    "receive_text raises WebSocketDisconnect at once. Let it pass, and tidy up in `finally`.",
)
def who_leaves_is_gone_at_once(harness: HeartbeatHarness) -> None:
    """A client that closes the connection or vanishes has left at once: the others are told, once."""
    ana, ben, eve = harness.join("Ana", "Ben", "Eve")
    ben.leaves()
    all_hear([ana, eve], left(ben), STILL_HERE)
    eve.vanishes()
    ana.hears(left(eve), STILL_HERE)
    text = word()
    ana.sends(say(text))
    ana.hears_nothing_before({"type": "message", "from": ana.username, "text": text}, STILL_HERE)


STILL_HERE = {
    "nothing": "A goodbye ends receive with an exception at once. Does your server wait for something else?",
    "twice": "Two places in your server say goodbye for one client. Say it once, in `finally`.",
    "closed": "Sending to someone who has left raises an exception. It must not end the others' handlers.",
}


@step(
    "What cancels the task that sends pings when its client has left?",
    "Keep the task in a variable, and end it in `finally`.",
    "`pinging.cancel()`",
)
def nothing_goes_on_for_who_has_left(harness: HeartbeatHarness) -> None:
    """When someone has left, nothing goes on for them: no task is left behind."""
    harness.leaves_no_task(STILL_HERE, LEFT_BEHIND)


LEFT_BEHIND = "A task that pings goes on until somebody ends it: in `finally`, call task.cancel()."


@step(
    "What must your server do again and again, for as long as a client is there?",
    "A loop in a task of its own: wait for the interval, send a ping, and again.",
    '`while True: await asyncio.sleep(interval)`, then `await tell({"type": "ping"}, websocket)`',
)
def pings_come_again_and_again(harness: HeartbeatHarness) -> None:
    """Every client gets a ping after each interval, again and again."""
    ana, seconds, pings = harness.scene.ana, harness.scene.seconds_of_ana, harness.scene.pings
    least, most = int(seconds.least / INTERVAL / 2), int(seconds.most / INTERVAL) + 2
    wanted = f"receives a ping every {INTERVAL:g} s: {least} to {most} in {seconds.least:.1f} s"
    cause = TOO_MANY if pings > most else NO_PINGS if pings == 0 else TOO_FEW
    ana.must(least <= pings <= most, wanted, f"received {pings}", cause)


NO_PINGS = "Who sends the pings? Each client needs a task of its own that runs beside its handler."
TOO_FEW = (
    "Ping in a loop, and wait for the `interval` that make_app was given, not for a number of your own. "
    "Wait for nothing else there: a task that reads the pong takes messages away from the handler."
)
TOO_MANY = "Wait between two pings: await asyncio.sleep(interval) in each round."


@step(
    "From which moment does your server count the silence?",
    "From the last message on. A limit around each single wait starts over by itself.",
)
def who_answers_stays(harness: HeartbeatHarness) -> None:
    """A client that answers each ping with a pong can stay as long as it likes."""
    ana = harness.scene.ana
    came = f"was closed with {ana.client.close_code}, although each ping was answered"
    ana.must(ana.client.state is State.OPEN, "stays, for each ping is answered", came, CLOSED_ALIVE)


CLOSED_ALIVE = "Each message that arrives is a sign of life: the time limit must begin again with it."


@step(
    "Which messages show that somebody is there?",
    "All of them. Put the limit around the wait for the next text, whatever that text is.",
)
def who_speaks_stays(harness: HeartbeatHarness) -> None:
    """Every message is a sign of life: who speaks stays, without a single pong."""
    eve = harness.scene.eve
    came = f"was closed with {eve.client.close_code}, although she spoke all the time"
    eve.must(eve.client.state is State.OPEN, "stays, for she speaks", came, ONLY_PONGS)


ONLY_PONGS = "Your server counts pongs only. Let the time limit begin again with every message."


@step(
    "How long may your server wait for the next message of one client?",
    "`async with asyncio.timeout(patience):` around receive_text; it raises TimeoutError.",
    '`except TimeoutError: await websocket.close(4008, "Heartbeat timeout")`',
)
def who_falls_silent_is_closed(harness: HeartbeatHarness) -> None:
    """A client that is silent for too long is closed with 4008."""
    ben = harness.scene.ben
    wanted = f"is closed with 4008 after {PATIENCE:g} s of silence"
    ben.must(ben.client.state is State.CLOSED, wanted, "was still connected at the end", NEVER_CLOSED)
    code = ben.client.close_code
    ben.must(code == 4008, wanted, f"was closed with {code}", WRONG_CODE.get(code or 0, OTHER_CODE))


NEVER_CLOSED = "Limit the wait for the next message: asyncio.timeout(patience). Close when it is over."
OTHER_CODE = "Close it yourself: await websocket.close(4008, …)."
WRONG_CODE = {
    1006: "Your handler ended without a close frame. Where the time is up, call websocket.close(4008, …).",
    1000: "close() without a code says 1000, “all is well”. Say why: websocket.close(4008, …).",
}


@step(
    "When does the time begin, and what lets it start over?",
    "The timeout belongs around one receive_text, not around the whole loop.",
)
def each_sign_of_life_counts_anew(harness: HeartbeatHarness) -> None:
    """The time starts over with each sign of life: nobody is closed before it is over."""
    ben = harness.scene.ben
    seconds = harness.scene.silence_of_ben
    wanted = f"is closed {PATIENCE:g} s after the last sign of life"
    must_last(ben, seconds, wanted, "was closed", TOO_LATE)


def must_last(person: SimulatedClient, seconds: Bounds, wanted: str, what: str, too_late: str) -> None:
    """Raise Mismatch where a silence was surely too short, or too long."""
    person.must(seconds.most >= EARLIEST, wanted, f"{what} after {seconds.most:.1f} s", TOO_EARLY)
    person.must(seconds.least <= LATEST, wanted, f"{what} after {seconds.least:.1f} s", too_late)


TOO_EARLY = "The limit is too short, or it does not begin at the last message, whichever that was."
TOO_LATE = "Close a silent client after `patience` seconds, at most one interval later."


@step(
    "Which lines run when a handler ends, however it ends?",
    "Those in `finally`: forget the client there, then tell the others once.",
)
def the_others_hear_who_was_closed(harness: HeartbeatHarness) -> None:
    """The others are told, once each, that the silent one has left."""
    for person in (harness.scene.ana, harness.scene.eve):
        hears_once(person, harness.scene.ben, NOT_LEFT)


NOT_LEFT = (
    "A client that was closed has left as well. A goodbye in `finally` is sent however a connection ends."
)
TWICE_LEFT = "Two places in your server say goodbye for one client. Say it once, in `finally`."


def hears_once(person: SimulatedClient, gone: SimulatedClient, cause: str) -> None:
    """Have a person be told exactly once that someone has left."""
    times = len(seen(person, left(gone)))
    wanted = f"is told once, in time, that {gone.username} has left"
    person.must(times == 1, wanted, f"received it {times} times", TWICE_LEFT if times else cause)


@step(
    "What can your server know of a client that never said a word?",
    "Only how long ago it came. Begin to count when it connects.",
    "Do not wait for an answer to your close frame: the frozen client never sends one.",
)
def a_frozen_client_is_gone_too(harness: HeartbeatHarness) -> None:
    """A client without a network, which never says a word and receives nothing, has left in time, too."""
    ana, phone = harness.scene.ana, harness.scene.phone
    hears_once(ana, phone, FROZEN)
    seconds = harness.scene.silence_of_phone
    wanted = f"is told that {phone.username} has left, {PATIENCE:g} s after it connected"
    must_last(ana, seconds, wanted, "received it", FROZEN)


FROZEN = "This client never sent anything: its time begins when it connects. Do not wait for its answer."


EXERCISE = Exercise(
    title="Heartbeat",
    harness=HeartbeatHarness,
    seconds=45.0,
    steps=(
        everyone_hears_a_message,
        a_pong_is_heard_by_nobody,
        who_leaves_is_gone_at_once,
        nothing_goes_on_for_who_has_left,
        pings_come_again_and_again,
        who_answers_stays,
        who_speaks_stays,
        who_falls_silent_is_closed,
        each_sign_of_life_counts_anew,
        the_others_hear_who_was_closed,
        a_frozen_client_is_gone_too,
    ),
    hints=(
        "Two things happen at once for each client: something waits for messages, something sends pings.",
        "A task of its own can ping while the handler listens; asyncio.timeout limits each wait.",
        "The contract's names: interval is the time between two pings, patience the longest silence.",
    ),
)
