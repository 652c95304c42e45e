"""The check of “Rate limit”: a burst, then so many a second, for each connection by itself."""

from websocket_lab.exercises.rate_limit.harness import BURST, REFUSED, Finding, RateHarness, Try
from websocket_lab.grading.chat_harness import say
from websocket_lab.grading.event import Event
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import all_hear, word
from websocket_lab.grading.mismatch import TooSlow
from websocket_lab.grading.simulated_client import SimulatedClient


def message(person: SimulatedClient, text: str) -> Event:
    """Return what everyone receives when someone has said something."""
    return {"type": "message", "from": person.username, "text": text}


def says_a_burst(person: SimulatedClient) -> list[Event]:
    """Have someone say as much at once as a full bucket allows; return what everyone must receive."""
    texts = [word() for _ in range(BURST)]
    for text in texts:
        person.sends(say(text))
    return [message(person, text) for text in texts]


@step(
    "How many tokens does a new bucket hold?",
    "`self.tokens` begins with burst, and `take()` returns True while there is one: `self.tokens >= 1`.",
    "In visit, for each text: `if bucket.take()`, then `await self.said(username, text)`.",
)
def a_burst_is_delivered(harness: RateHarness) -> None:
    """With burst=4, Ana says four things at once, and everyone receives all four, in order."""
    ana, ben = harness.crowd
    for event in says_a_burst(ana):
        all_hear([ana, ben], event, BURST_REFUSED)


BURST_REFUSED = {
    "nothing": "Whatever finds a token in the bucket goes to everyone, its speaker included.",
    "error": "A bucket is full in the beginning: it holds `burst` tokens, and each message takes one.",
    "message": "Something is missing, or out of order. Pass each message on before you read the next.",
    "closed": "Your handler ended with an exception at an ordinary message.",
}


@step(
    "What does `take()` do to `self.tokens`, and when does it return False?",
    "Where is the bucket made? One for each message is always full: make it before the loop.",
    "`if self.tokens < 1: return False`. In visit: `else: await reply(REFUSED, websocket)`.",
)
def the_next_is_refused(harness: RateHarness) -> None:
    """The fifth is refused: Ana gets the error rate_limited, nobody receives it, she stays connected."""
    ana, ben = harness.crowd
    harness.watch(ana, ben)
    ana.sends(say(word()))
    ana.hears(REFUSED, NOT_REFUSED)
    # Whoever comes is announced, however empty the buckets are.
    eve = harness.guest("Eve")
    eve.connects()
    for person in (ben, ana, eve):
        person.hears_nothing_before({"type": "joined", "username": eve.username}, LEAK)
    ana.sends(say(word()))
    ana.hears(REFUSED, NOT_REFUSED)


NOT_REFUSED = {
    "nothing": "Tell the speaker at once: an error with the code rate_limited. Do not wait for a token.",
    "message": "Each message takes a token; without a whole one (tokens < 1) it is refused. "
    "The bucket holds `burst` tokens, and lives as long as the connection.",
    "error": "The code for a message too many is rate_limited.",
    "closed": "Someone who talks too fast is told so, and stays connected.",
}
LEAK = {
    "message": "What was refused was delivered all the same.",
    "error": "The error goes to the one who talks too fast, once, and to nobody else.",
    "twice": "One refused message gets one error.",
    "left": "Someone who talks too fast stays connected.",
    "closed": "Someone who talks too fast stays connected.",
}


@step(
    "How many buckets does your server have while three people are connected?",
    "Make the bucket in visit, which runs once for each connection.",
)
def the_others_talk_on(harness: RateHarness) -> None:
    """Ben, and Eve who has only come, have their own four while Ana is refused."""
    ana, ben = harness.crowd
    harness.watch(ana, ben)
    eve = harness.guest("Eve")
    eve.connects()
    all_hear([ana, ben, eve], {"type": "joined", "username": eve.username})
    for speaker in (ben, eve):
        for event in says_a_burst(speaker):
            # The speaker first: who is refused is told why.
            all_hear([speaker, *{ana, ben, eve} - {speaker}], event, SHARED)
    ana.sends(say(word()))
    ana.hears(REFUSED, NOT_REFUSED)


SHARED = {
    "error": "Ana's haste costs the others their tokens. Each connection needs a bucket of its own.",
    "nothing": "Ana's haste keeps the others waiting. Each connection needs a bucket of its own.",
}


@step(
    "Where do new tokens come from? Compare the time now with the time of the last look.",
    "Tokens come in fractions: after 25 ms at ten a second, a quarter. Rounding loses it, each time.",
    "`self.tokens += (now - self.looked_at) * self.rate`, then `self.looked_at = now`",
)
def tokens_come_back(harness: RateHarness) -> None:
    """With rate=10 a token comes back every tenth of a second, even while Ana goes on too fast."""
    scene = harness.scene
    harness.watch(scene.ana)
    refused = scene.first(Finding.TOO_STRICT, scene.hasty)
    scene.ana.must(
        refused is None, f"gets through when tokens have come back{at(refused)}", "was refused", NO_REFILL
    )


NO_REFILL = (
    "For each second since the last look, add `rate` tokens, a part of a second too, and no rounding; "
    "a refused message costs nothing."
)


@step(
    "After the tokens were added: which time must be noted?",
    "Set `self.looked_at` at each look, whether it ends with a token or without.",
)
def not_faster_than_the_rate(harness: RateHarness) -> None:
    """However often Ana tries, no more than ten a second get through."""
    scene = harness.scene
    harness.watch(scene.ana)
    delivered = scene.first(Finding.TOO_GENEROUS, scene.hasty, full_since=scene.began)
    scene.ana.must(
        delivered is None, f"is refused while the bucket is empty{at(delivered)}", "got through", TOO_FAST
    )
    if scene.first(Finding.TOO_GENEROUS, scene.hasty):
        # Its bucket is filled too fast, or it overflows: that can be told only where there is no long pause.
        raise TooSlow


TOO_FAST = "Add seconds × rate, no more, and note the time of each look: else the same time is added again."


@step(
    "Which clients' messages cost Ben a token, and how many does he gain between two of his own?",
    "Each connection has its own bucket, with its own tokens and its own last look.",
)
def steady_talk_is_never_refused(harness: RateHarness) -> None:
    """Ben, who says five things a second all the while, is never refused."""
    scene = harness.scene
    harness.watch(scene.ben)
    refused = scene.first(Finding.TOO_STRICT, scene.steady)
    scene.ben.must(refused is None, f"gets through{at(refused)}", "was refused", SLOWED_DOWN)


SLOWED_DOWN = "Between two of Ben's messages two tokens come back. Do they, and into a bucket of his own?"


@step(
    "What does the bucket hold after a minute of silence, and after an hour?",
    "`self.tokens = min(self.burst, self.tokens + seconds * self.rate)`",
)
def silence_fills_the_bucket(harness: RateHarness) -> None:
    """After a long silence the bucket is full, and no fuller: with burst=5 Ana says five things at once."""
    scene = harness.scene
    harness.watch(scene.ana)
    tries = scene.hasty + scene.after_silence
    refused, delivered = (scene.first(what, tries) for what in (Finding.TOO_STRICT, Finding.TOO_GENEROUS))
    scene.ana.must(refused is None, f"gets through after a silence{at(refused)}", "was refused", HALF_FULL)
    scene.ana.must(delivered is None, f"is refused after a bucketful{at(delivered)}", "got through", OVERFLOW)


HALF_FULL = (
    "A long silence brings many tokens back at once: seconds × rate of them, until the bucket is full."
)
OVERFLOW = "The bucket overflows: after adding, cut with min(burst, tokens)."


@step(
    "What happens with the text of a refused message?",
    "Answer with the error, and read on: there is nothing to keep.",
)
def what_was_refused_never_comes(harness: RateHarness) -> None:
    """Eve receives what was delivered, in order and once, and nothing of what was refused."""
    scene = harness.scene
    harness.watch(scene.eve)
    for speaker, tries in ((scene.ana, scene.hasty + scene.after_silence), (scene.ben, scene.steady)):
        delivered = [one.text for one in tries if one.delivered]
        heard = scene.heard_from(speaker)
        wanted = f"receives from {speaker.name} the {len(delivered)} messages that were not refused, in order"
        scene.eve.must(heard == delivered, wanted, f"received {len(heard)}: {', '.join(heard[-5:])}", LATE)


LATE = "A refused message is gone: it is not kept for later. A delivered one goes to everyone, once."


def at(one: Try | None) -> str:
    """Return which message it was, or nothing if there is none."""
    return f" (“{one.text}”)" if one else ""


EXERCISE = Exercise(
    title="Rate limit",
    harness=RateHarness,
    seconds=45.0,
    is_timed=True,
    steps=(
        a_burst_is_delivered,
        the_next_is_refused,
        the_others_talk_on,
        tokens_come_back,
        not_faster_than_the_rate,
        steady_talk_is_never_refused,
        silence_fills_the_bucket,
        what_was_refused_never_comes,
    ),
    hints=(
        "A bucket needs to know three things: how many tokens it holds, when it last looked, and its limits.",
        "No task has to fill the bucket: at each message, work out what has come back since the last look.",
        "What belongs to one connection is a local variable of its handler.",
    ),
)
