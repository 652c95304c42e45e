"""The harness of the your-turns whose server speaks plain text: people who listen to every word."""

from websocket_lab.grading.harness import Harness
from websocket_lab.grading.simulated_client import Causes
from websocket_lab.grading.text_client import TextClient


class TextHarness(Harness):
    """A server of plain texts under check."""

    def enter(self, name: str, path: str = "/ws", likely: Causes | None = None) -> TextClient:
        """Return a person who is connected to `path` of the learner's server."""
        person = TextClient(self.server.url(path), name, None)
        self.people.append(person)
        person.connects(likely)
        return person
