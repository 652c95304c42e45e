"""The harness of the slow client: people in one hall, one of whom stops reading."""

from functools import cached_property

from websocket_lab.grading.event import Event, matches
from websocket_lab.grading.hall_harness import TunedHallHarness
from websocket_lab.grading.harness import all_hear, word
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


LIMIT = 20
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
        """Have someone say something that each of the hearers must hear next; return it."""
        text = word().ljust(length, ".")
        speaker.sends({"action": "message", "text": text}, likely)
        event = {"type": "message", "from": speaker.username, "text": text}
        all_hear(hearers, event, likely)
        return event

    def says_until_left(self, speaker: SimulatedClient, gone: SimulatedClient, likely: Causes) -> bool:
        """Have someone say long texts until they hear that someone has left; return whether they do."""
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
            event = speaker.next_event(f"{speaker.name} hears what she has said.", likely)
            if matches(event, {"type": "left", "username": gone.username}):
                heard["left"] = True
            elif matches(event, said):
                return heard["left"]
            else:
                raise Mismatch(f"{speaker.name} hears what she has said.", f"She heard {str(event)[:200]}.")
