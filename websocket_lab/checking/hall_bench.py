"""The bench of exercises about one hall: whoever connects to /ws/{username} hears everyone."""

from websocket_lab.checking.bench import Bench, all_hear, word
from websocket_lab.checking.person import Person


NOBODY_IN = {
    "nothing": "Does the server still accept clients, and tell everyone who joined?",
    "closed": "A handler that raises an exception closes its connection. Does yours?",
    "refused": "The address is /ws/{username}.",
}


class HallBench(Bench):
    """A hall under check."""

    vocabulary = frozenset({"joined", "left", "message", "error"})

    def guest(self, name: str) -> Person:
        """Return a person who will connect with a name that nobody can guess."""
        username = f"{name.lower()}_{word()[-6:]}"
        return self.person(f"/ws/{username}", name, username)

    def join(self, *names: str) -> list[Person]:
        """Return people who have connected, one after the other, each announced to all of them."""
        inside: list[Person] = []
        for name in names:
            newcomer = self.guest(name)
            newcomer.connects(NOBODY_IN)
            inside.append(newcomer)
            all_hear(inside, {"type": "joined", "username": newcomer.username}, NOBODY_IN)
        return inside
