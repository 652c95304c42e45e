"""The check of lesson 10's your-turn: a client that comes back receives what it missed, and only that."""

from typing import Any

from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import word
from websocket_lab.grading.simulated_client import Causes
from websocket_lab.grading.text_client import TextClient
from websocket_lab.grading.text_harness import TextHarness


class Feed(TextHarness):
    """A server under check that numbers its messages, and what has been written to it so far."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self.written: list[str] = []

    def write(self, writer: TextClient, likely: Causes) -> None:
        """Send one more message, and receive it with its number as the very next text."""
        self.written.append(text := word())
        writer.sends(text, likely)
        writer.hears_text(f"{len(self.written)} {text}", likely)

    def resumes(self, name: str, after: int, likely: Causes) -> None:
        """Have someone come back who has seen `after` messages: the rest comes once each, in order."""
        reader = self.enter(name, f"/ws?after={after}", likely)
        for number, text in enumerate(self.written[after:], start=after + 1):
            reader.hears_text(f"{number} {text}", likely)
        self.write(reader, likely)


@step()
def a_newcomer_receives_everything(feed: Feed) -> None:
    """Ana writes three messages; Ben, who has seen none, receives all three with their numbers."""
    ana = feed.enter("Ana")
    for _ in range(3):
        feed.write(ana, ALL)
    feed.resumes("Ben", 0, ALL)


ALL = {
    "nothing": "Before the endpoint receives, it sends what is in `written`.",
    "closed": "The endpoint ended with an exception. Does the last line of what your code raised say which?",
    "other": 'The first message is number 1, and its text is `f"{number} {text}"`.',
    "twice": "A message comes twice. Send each once.",
}


@step(
    "Which numbers has the client not seen yet?",
    "`if number > after:` above the line that sends.",
)
def only_what_follows_is_sent(feed: Feed) -> None:
    """Eve has seen message 2, and receives what was written after it; so does Ben, who has seen message 1."""
    feed.resumes("Eve", 2, ONLY)
    feed.resumes("Ben", 1, ONLY)


ONLY = ALL | {
    "nothing": "A message is missing: `?after=2` asks for message 3 and all that follow it.",
    "other": "`?after=2` asks for message 3 and what follows, with the numbers that the messages have.",
}


@step(
    "Has a client with `?after=3` seen message 3?",
    "`number > after`, and not `>=`.",
)
def nothing_comes_twice(feed: Feed) -> None:
    """Ana has seen everything: what she receives next is what she writes next."""
    feed.resumes("Ana", len(feed.written), NOTHING)


NOTHING = ONLY | {
    "other": "Someone who has seen everything missed nothing. Only numbers greater than `after` are sent.",
}


EXERCISE = Exercise(
    title="Send what a client missed",
    harness=Feed,
    steps=(a_newcomer_receives_everything, only_what_follows_is_sent, nothing_comes_twice),
    hints=(
        "Which function counts along while you loop over a list?",
        "`for number, text in enumerate(written, start=1):`",
        'Inside the loop: `await websocket.send_text(f"{number} {text}")`, but not for each number.',
    ),
    seconds=20.0,
)
