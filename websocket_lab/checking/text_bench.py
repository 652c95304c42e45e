"""The bench of the your-turns whose server speaks plain text: people who listen to every word."""

from websocket_lab.checking.bench import Bench
from websocket_lab.checking.person import Causes
from websocket_lab.checking.text_person import TextPerson


class TextBench(Bench):
    """A server of plain texts under check."""

    def enter(self, name: str, path: str = "/ws", likely: Causes | None = None) -> TextPerson:
        """Return a person who is connected to `path` of the learner's server."""
        person = TextPerson(self.server.url(path), name, None)
        self.people.append(person)
        person.connects(likely)
        return person
