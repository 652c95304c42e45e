"""The check of “Reconnecting client”: a client that comes back, resumes where it was, and does not hammer."""

from collections.abc import Sequence
from itertools import pairwise

from websocket_lab.exercises.reconnecting_client.harness import (
    FIRST,
    LONGEST,
    FeedHarness,
    Play,
    Refusal,
    Visit,
    has_heard,
    has_waited,
)
from websocket_lab.grading.event import Event, matches
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.mismatch import Mismatch


CUT = 0
ROOM = 1e-6


def must(is_so: bool, wanted: str, came: str, cause: str) -> None:
    """Raise Mismatch unless something is so; both texts are about the learner's client."""
    if not is_so:
        raise Mismatch(f"Your client {wanted}.", f"It {came}.", cause)


def must_hand_on(play: Play, events: list[Event], ended: str, nothing: str, wrong: str) -> None:
    """Raise Mismatch unless the client has handed on these events, each once and in order."""
    wanted = f"hands on the messages {[event['id'] for event in events]}, each once and in order"
    is_right = len(play.heard) == len(events) and all(map(matches, play.heard, events))
    cause = ended if play.has_ended else nothing if len(play.heard) < len(events) else wrong
    came = f"handed on {play.ids}" + (", and messages() ended" if play.has_ended else "")
    must(is_right, wanted, came, cause)


@step(
    "For which messages does is_new return True?",
    "For each whose id is greater than `self.last_id`; without a return it says None, which means no.",
)
def hands_on_each_message(harness: FeedHarness) -> None:
    """Your client hands on each message of the server, in order."""
    events = harness.events(4)
    play = harness.play(events, Visit(4), enough=has_heard(4))
    must_hand_on(play, events, ENDED, NOTHING, "Yield the whole message as a dict: json.loads(text).")


ENDED = "Your loop must go on forever, until stop() is called."
NOTHING = "Connect to the address, read in a loop, and yield each message."


@step(
    "Which line runs after a connection has ended, with an exception and without one?",
    "The one after except LOST: pass. A close code of 1000 ends `async for` without an exception.",
)
def comes_back_however_it_ended(harness: FeedHarness) -> None:
    """However a connection ends (cut, a restart, a friendly 1000), your client comes back."""
    for close_code in (CUT, 1012, 1000):
        events = harness.events(4)
        play = harness.play(events, Visit(2, close_code), Visit(4), enough=has_heard(4))
        how = f"comes back after {close_code}" if close_code else "comes back after a cut"
        came = f"handed on {play.ids} and did not come back"
        must(play.feed.moments.count("attempt") > 1, how, came, ENDINGS[close_code])
        must(play.ids[-1:] == [events[-1]["id"]], f"{how}, and goes on", f"handed on {play.ids}", NOTHING)


ENDINGS = {
    CUT: "A cut connection raises ConnectionClosedError. Catch it, and connect again.",
    1012: "A restart of the server raises ConnectionClosedError. Catch ConnectionClosed, and connect again.",
    1000: "After 1000 the loop over the messages ends without an exception. That, too, is no reason to end.",
}


@step(
    "What does the server need to know so that it can send what you missed?",
    '`self.last_id = message["id"]`, each time that you hand a message on.',
)
def asks_for_what_it_missed(harness: FeedHarness) -> None:
    """It asks for what it has missed: after= is the id of the last message that it saw."""
    events = harness.events(6)
    play = harness.play(events, Visit(2, CUT), Visit(4, 1012), Visit(6), enough=has_heard(6))
    wanted = ["0", str(events[1]["id"]), str(events[3]["id"])]
    asked = [after or "0" for after in play.feed.asked[:1]] + play.feed.asked[1:3]
    cause = COUNTED if "4" in asked[2:] else NOT_ASKED
    must(asked == wanted, f"asks with after={', '.join(wanted)}", f"asked with {', '.join(asked)}", cause)
    must_hand_on(play, events, ENDED, "Messages are lost between two connections.", TWICE)


NOT_ASKED = "Keep the id of the last message in self.last_id, and put it into the address of each attempt."
COUNTED = "Ids have gaps: keep the id of the last message, and do not count messages."
TWICE = "A message whose id is not greater than the last one was handed on before: leave it out."


@step(
    "How can you know that a message was handed on before?",
    'Ids grow: it is new if `message["id"] > self.last_id`.',
)
def hands_on_nothing_twice(harness: FeedHarness) -> None:
    """A careful server repeats what it is not sure about; nothing is handed on twice."""
    events = harness.events(6)
    acts = Visit(3, CUT), Visit(4, CUT, overlap=2), Visit(6, overlap=1)
    play = harness.play(events, *acts, enough=has_heard(6))
    must_hand_on(play, events, ENDED, "Something was left out that is new. Compare ids, not texts.", TWICE)


@step(
    "Which way leads from the end of one connection to the next attempt?",
    "Through rest: `await self.sleep(…)` there, and not asyncio.sleep, which the check cannot see.",
)
def waits_before_each_attempt(harness: FeedHarness) -> None:
    """Before each new attempt it waits, by the sleep that it was given."""
    for acts in ([Refusal(503)], [Refusal(CUT)], [Visit(0, CUT)], [Visit(0, 1000)]):
        play = harness.play(harness.events(1), *acts, enough=lambda play: len(play.feed.moments) > 8)
        hammers = ("attempt", "attempt") in pairwise(play.feed.moments)
        came = f"did this: {', '.join(play.feed.moments[:8]) or 'nothing'}"
        must(not hammers, "waits before each new attempt", came, HAMMERS)
        must(len(play.feed.moments) > 8, "goes on trying", came, GAVE_UP)


HAMMERS = "Await self.sleep(…) before you connect again, also after a goodbye without an exception."


@step(
    "Where does the exception arise when nobody answers?",
    "In connect. So the try must stand around connect, too.",
    "LOST has all of them: OSError, ConnectionClosed, InvalidHandshake and TimeoutError.",
)
def comes_back_when_nobody_was_there(harness: FeedHarness) -> None:
    """Nobody answers for a while, or the server is too busy (503): your client tries until it works."""
    events = harness.events(4)
    acts = Visit(2, CUT, away=3), Refusal(503), Refusal(CUT), Visit(4)
    play = harness.play(events, *acts, enough=has_heard(4))
    must_hand_on(play, events, GAVE_UP, GAVE_UP, TWICE)


GAVE_UP = (
    "Catch what connect raises, too: OSError when nobody answers, InvalidHandshake when the server refuses. "
    "And wait with `await self.sleep(…)`: the check brings a clock of its own."
)


@step(
    "How many failures in a row were there before this wait?",
    "The ceiling is `min(self.longest, self.first * 2**self.failures)`; then count one failure more.",
    "`ceiling * random.uniform(0.5, 1)`",
)
def waits_grow(harness: FeedHarness) -> None:
    """The waits double from `first` on, up to `longest`; each is between half of that and all of it."""
    play = harness.play([], Refusal(503), enough=has_waited(16))
    waits = play.feed.waits[:16]
    is_early = fit(waits, range(1, 17)) and not fit(waits, range(16))
    must_wait(waits, list(range(16)), COUNTED_TOO_EARLY if is_early else DOUBLES)


COUNTED_TOO_EARLY = (
    "Your first wait is doubled already. Count the failure after the wait is computed: waits are numbered "
    "from 0 on."
)
DOUBLES = "In a row, wait number n (from 0 on) is at most min(longest, first * 2**n), at least half of it."


def must_wait(waits: list[float], numbers: list[int], cause: str) -> None:
    """Raise Mismatch unless these are waits of these numbers in a row."""
    ceilings = ceilings_of(numbers)
    wanted = "waits " + listed([f"{ceiling / 2:g}–{ceiling:g}" for ceiling in ceilings])
    came = "waited " + listed([f"{wait:.2f}" for wait in waits])
    must(len(waits) == len(numbers) and fit(waits, numbers), wanted, came, cause)


def fit(waits: Sequence[float], numbers: Sequence[int]) -> bool:
    """Return whether each wait is between half of its ceiling and all of it."""
    bounds = zip(ceilings_of(numbers), waits, strict=False)
    return all(top / 2 - ROOM <= wait <= top + ROOM for top, wait in bounds)


def ceilings_of(numbers: Sequence[int]) -> list[float]:
    """Return the longest that waits of these numbers in a row may be."""
    return [min(LONGEST, FIRST * 2**number) for number in numbers]


def listed(seconds: list[str]) -> str:
    """Return times as a text, the first eight of them."""
    return f"{', '.join(seconds[:8])} s" if seconds else "not at all"


@step(
    "What happens when ten thousand clients lose their server in the same moment?",
    "Multiply each wait by `random.uniform(0.5, 1)`, drawn again each time.",
)
def waits_differ(harness: FeedHarness) -> None:
    """No two clients wait alike: each wait has a random part, a new one each time."""
    plays = [harness.play([], Refusal(503), enough=has_waited(5)) for _ in range(2)]
    shares = [wait / (FIRST * 2**n) for play in plays for n, wait in enumerate(play.feed.waits[:4])]
    came = "waited " + " and ".join(listed([f"{n:.2f}" for n in play.feed.waits[:4]]) for play in plays)
    must(len({round(share, 6) for share in shares}) > len(shares) / 2, "waits differently", came, NO_CHANCE)


NO_CHANCE = (
    "When a server restarts, all clients come back at once. Spread them: random.uniform(0.5, 1) times."
)


@step(
    "When do you know that the server is well again?",
    "When a message has arrived, not when the connection is open: set `self.failures = 0` there.",
)
def a_message_lets_the_waits_begin_anew(harness: FeedHarness) -> None:
    """Once a message has arrived, the waits start over, and a connection without one changes nothing."""
    events = harness.events(2)
    acts = Refusal(503), Visit(0, CUT), Refusal(503), Visit(1, CUT), Refusal(503), Visit(2)
    play = harness.play(events, *acts, enough=has_heard(2))
    waits = play.feed.waits
    must_wait(waits[:3], [0, 1, 2], "A server that accepts and falls over is not well yet: go on doubling.")
    must_wait(waits[3:5], [0, 1], "When a message has arrived, set the number of failures to 0.")


@step(
    "What is waiting for the next message when `stop()` is called, and what would end that wait?",
    "Set `self.stopped`, then close the connection. And rest must not wait any more: look there first.",
    "`if self.websocket: await self.websocket.close()`",
)
def stops_while_it_listens(harness: FeedHarness) -> None:
    """Asked to stop, it closes the connection with 1000, messages() ends, and it does not come back."""
    events = harness.events(2)
    play = harness.play(events, Visit(2), enough=has_heard(2), stop=True)
    must(play.has_ended, "stops: messages() ends", "went on waiting for messages", NOT_STOPPED)
    codes = play.feed.close_codes
    must(codes == [1000], "closes its connection with 1000", f"closed with {codes}", UNCLOSED)
    attempts = play.feed.moments.count("attempt")
    must(attempts == 1, "does not come back", f"tried {attempts - 1} times again", COMES_BACK)


NOT_STOPPED = "In stop(), close the connection: `await self.websocket.close()` ends the loop that reads it."
UNCLOSED = "In stop(): await self.websocket.close() sends 1000."
COMES_BACK = "Look at self.stopped before you wait, and before you connect."


@step(
    "What does the loop look at after a wait, before it connects again?",
    "At `self.stopped`. `stop()` must set it, also when there is no connection to close.",
)
def stops_while_it_waits(harness: FeedHarness) -> None:
    """Asked to stop while it waits, it makes no further attempt."""
    play = harness.play([], Refusal(503), enough=has_waited(1), stop=True, asleep=True)
    must(play.has_ended, "stops: messages() ends", "went on", COMES_BACK)
    attempts = play.feed.moments.count("attempt")
    must(attempts == 1, "makes no further attempt", f"made {attempts - 1} more", COMES_BACK)


EXERCISE = Exercise(
    title="Reconnecting client",
    harness=FeedHarness,
    steps=(
        hands_on_each_message,
        comes_back_however_it_ended,
        asks_for_what_it_missed,
        hands_on_nothing_twice,
        waits_before_each_attempt,
        comes_back_when_nobody_was_there,
        waits_grow,
        waits_differ,
        a_message_lets_the_waits_begin_anew,
        stops_while_it_listens,
        stops_while_it_waits,
    ),
    hints=(
        "The loop is there: connect, read until the end, rest, and again. What must be remembered meanwhile?",
        "Three things: last_id, failures and stopped. is_new changes two of them, rest one, stop the third.",
    ),
)
