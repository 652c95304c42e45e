"""The harness of the broadcast: people in a room, who say short texts and long ones."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

from websocket_lab.grading.harness import Harness, Mismatch, word
from websocket_lab.grading.simulated_client import Causes
from websocket_lab.grading.text_client import TextClient


# A stalled client's buffers, here and there, take up to five megabytes.
LONG = 500_000
MOST_LONG_TEXTS = 16
# Seconds. Who receives nothing for so long waits for somebody, if others are served meanwhile.
A_MOMENT = 0.1
# The contract gives a stalled client one second; on a slow machine everything takes longer.
PATIENCE = 4.0


class Broadcast(Harness):
    """A server that passes each text on to everyone in the room."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self.said: set[str] = set()
        self.scene: list[TextClient] = []

    def join(self, *names: str) -> list[TextClient]:
        """Return people who are in a new room, in this order: each has said something, and received it."""
        room = word()
        inside: list[TextClient] = []
        for name in names:
            inside.append(self.enter(room, name))
            self.says(inside[-1], inside)
        return inside

    def enter(self, room: str, name: str) -> TextClient:
        """Return a person who is connected to a room."""
        person = TextClient(self.server.url(f"/ws/{room}"), name, self.said)
        self.people.append(person)
        person.connects({"refused": "The address is /ws/{room}."})
        return person

    def text(self, length: int = 0) -> str:
        """Return something to say, which nobody has said before."""
        text = word().ljust(length, ".")
        self.said.add(text)
        return text

    def long_text(self) -> str:
        """Return something that takes long to say."""
        return self.text(LONG)

    def says(self, speaker: TextClient, hearers: Sequence[TextClient]) -> None:
        """Have someone say something that each of the receivers must receive next."""
        text = self.text()
        speaker.sends(text)
        for hearer in hearers:
            hearer.hears_text(text, IN_THE_ROOM, PATIENCE)

    def seconds_to_hear(self, text: str, speaker: TextClient, likely: Causes) -> float:
        """Have someone say a text; return after how many seconds they receive it."""
        begin = time.monotonic()
        speaker.sends(text)
        speaker.hears_in_the_end(text, likely, PATIENCE)
        return time.monotonic() - begin

    def fill_up(self, speaker: TextClient, hearer: TextClient) -> list[str]:
        """Have someone say long texts until one does not reach the hearer; return all of them."""
        texts: list[str] = []
        while len(texts) < MOST_LONG_TEXTS:
            texts.append(self.long_text())
            speaker.sends(texts[-1])
            if not self._is_heard(texts[-1], hearer):
                break
        return texts

    def _is_heard(self, text: str, hearer: TextClient) -> bool:
        # A text that is late on a busy machine comes before what is said long after it in another room.
        for _ in range(3):
            with suppress(Mismatch):
                hearer.hears_in_the_end(text, patience=A_MOMENT)
                return True
            with suppress(Mismatch):
                self.says(self._witness, [self._witness])
        return False

    @cached_property
    def _witness(self) -> TextClient:
        witness = self.enter(word(), "Somebody elsewhere")
        self.people.remove(witness)
        return witness


IN_THE_ROOM = {
    "nothing": "Each text goes to everyone in the room, to its speaker, too.",
    "other": "Texts arrive as they were said, and in the order in which they were said.",
    "closed": "An exception in an endpoint closes its connection.",
}

GUARD = (
    "A send to somebody who is gone raises WebSocketDisconnect or RuntimeError. It left broadcast, "
    "and so the speaker's endpoint ended."
)
TWICE = (
    "Somebody was forgotten twice: by the failed send and by their own endpoint. The second time, `del` "
    "raises KeyError and `remove` raises ValueError, in the speaker's endpoint."
)
CHANGED = "The set or dict changed while the loop was waiting, and a loop over it does not bear that."
REASONS = {"ValueError": TWICE, "KeyError": TWICE, "changed size during iteration": CHANGED}


@contextmanager
def explained(room: Broadcast) -> Iterator[None]:
    """Explain why somebody was cut off by the exception that the learner's code raised, if it did."""
    try:
        yield
    except Mismatch as mismatch:
        if "is closed" in mismatch.came:
            raised = "\n".join(room.errors[-3:])
            mismatch.cause = next((cause for sign, cause in REASONS.items() if sign in raised), GUARD)
        raise
