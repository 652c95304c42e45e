"""The harness of the chat exercises: people in rooms, and silences that a public word ends."""

from collections.abc import Sequence

from websocket_lab.grading.event import Event
from websocket_lab.grading.harness import Harness, all_hear, word
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


NOBODY_IN = {
    "nothing": "Does the server still accept clients, and tell the room who joined?",
    "closed": "A handler that raises an exception closes its connection. Does yours?",
    "refused": "The chat's address is /ws/chat/{room}/{username}.",
}


class ChatHarness(Harness):
    """A chat server under check."""

    vocabulary = frozenset({"joined", "left", "message", "error"})

    def guest(self, name: str, room: str) -> SimulatedClient:
        """Return a person who will join `room`, with a name that nobody can guess."""
        username = f"{name.lower()}_{word()[-6:]}"
        return self.person(f"/ws/chat/{room}/{username}", name, username)

    def join(self, *names: str, room: str = "") -> list[SimulatedClient]:
        """Return people who have joined a room, one after the other; a new room unless one is named."""
        room = room or word()
        inside: list[SimulatedClient] = []
        for name in names:
            newcomer = self.guest(name, room)
            newcomer.connects(NOBODY_IN)
            inside.append(newcomer)
            self.welcome(inside, newcomer)
        return inside

    def welcome(self, inside: Sequence[SimulatedClient], newcomer: SimulatedClient) -> None:
        """Have everyone receive what is said when someone has joined."""
        all_hear(inside, {"type": "joined", "username": newcomer.username}, NOBODY_IN)

    def nobody_hears_more(self, *people: SimulatedClient, likely: Causes | None = None) -> None:
        """Have the first person say something in public, which everyone must receive next."""
        said = word()
        people[0].sends(say(said))
        public = {"type": "message", "from": people[0].username, "text": said}
        for person in people:
            person.hears_nothing_before(public, likely)


def say(text: str) -> Event:
    """Return the message that says something in a room."""
    return {"action": "message", "text": text}
