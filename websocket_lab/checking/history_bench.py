"""The bench for histories: rooms that remember what was said, and newcomers who must hear it."""

from collections.abc import Sequence
from typing import Any

from websocket_lab.checking.bench import all_hear, word
from websocket_lab.checking.chat_bench import NOBODY_IN, ChatBench, say
from websocket_lab.checking.event import Event, matches, shown
from websocket_lab.checking.history_fault import LENGTH, fault
from websocket_lab.checking.person import Causes, Person, cause_of


class HistoryBench(ChatBench):
    """A chat with histories under check."""

    vocabulary = ChatBench.vocabulary | {"history", "private"}

    def room(self) -> "TalkingRoom":
        """Return a new room."""
        return TalkingRoom(self)


class Messages(list[Event]):
    """Events of which each may have more fields than are expected."""

    def __eq__(self, other: object) -> bool:
        """Return whether the other is a list of events that match these, one by one."""
        if not isinstance(other, list) or len(other) != len(self):
            return False
        return all(matches(came, expected) for came, expected in zip(other, self, strict=True))

    __hash__ = None


class TalkingRoom:
    """A room of the chat under check, with all that was said in it.

    Args:
        chat: The bench that the room belongs to.
    """

    def __init__(self, chat: HistoryBench) -> None:
        self.name = word()
        self.inside: list[Person] = []
        self.said: list[Event] = []
        self._chat = chat

    def guest(self, name: str, label: str = "") -> Person:
        """Return a person who will come in; a label tells a person's second client from the first."""
        username = f"{name.lower()}_{word()[-6:]}"
        return self._chat.person(f"/ws/chat/{self.name}/{username}", label or name, username)

    def enter(self, name: str, label: str = "") -> Person:
        """Return a newcomer who has heard the true history, then `joined`; the others have not listened."""
        newcomer = self.guest(name, label)
        newcomer.connects(NOBODY_IN)
        self.hears_history(newcomer)
        newcomer.hears({"type": "joined", "username": newcomer.username}, AFTER_HISTORY)
        self.inside.append(newcomer)
        return newcomer

    def join(self, name: str, label: str = "") -> Person:
        """Return a newcomer of whom the others have heard, too."""
        others = list(self.inside)
        newcomer = self.enter(name, label)
        all_hear(others, {"type": "joined", "username": newcomer.username}, FOR_NEWCOMERS)
        return newcomer

    def leave(self, person: Person) -> None:
        """Let a person leave, of which the others hear."""
        self.inside.remove(person)
        person.leaves()
        all_hear(self.inside, {"type": "left", "username": person.username})

    def say(self, speaker: Person, *texts: str) -> None:
        """Let a person say something, which everyone inside hears."""
        for text in texts:
            speaker.sends(say(text))
            all_hear(self.inside, self.heard(speaker, text), NOT_PASSED_ON)

    def heard(self, speaker: Person, text: str) -> Event:
        """Note and return what the room hears when a person says something."""
        event = {"type": "message", "room": self.name, "from": speaker.username, "text": text}
        self.said.append(event)
        return event

    def hears_history(self, newcomer: Person, likely: Causes | None = None) -> None:
        """Have a newcomer hear first what was said lately; `likely` may say what puts more into it."""
        expected = {"type": "history", "room": self.name, "messages": Messages(self.said[-LENGTH:])}
        causes = NO_HISTORY | {"history": lambda came: fault(came, expected, self.said, likely or {})}
        newcomer.hears(expected, causes)

    def hear_once_more(self, people: Sequence[Person], likely: Causes) -> None:
        """Have people hear nothing but `joined` before the next message, which the first of them says."""
        text = word()
        people[0].sends(say(text))
        event = self.heard(people[0], text)
        for person in people:
            hears_next(person, event, likely)


def hears_next(person: Person, event: Event, likely: Causes) -> None:
    """Have a person hear an event, before which nothing may come but who joined."""
    wanted = f"hears {shown(event)}, and before that nothing but who joined"
    while (came := person.next_event(f"{person.name} {wanted}.", likely))["type"] == "joined":
        pass
    person.must(matches(came, event), wanted, f"heard {shown(came)}", cause_of(came["type"], likely))


NO_HISTORY: dict[str, Any] = NOBODY_IN | {
    "nothing": "A newcomer hears the history first, also when it is empty: tell it to the member who joined.",
    "joined": "The history comes before anything else, also when it is empty: tell it first, "
    "then super().joined(member).",
    "message": "The history comes before anything else. No await may stand between entering the room "
    "and making the history; and old messages come in one event, not one by one.",
    "closed": "Your handler ended with an exception while it made the history or sent it. "
    "A deque is not JSON: list(…) makes a list of it.",
}
AFTER_HISTORY = NOBODY_IN | {
    "nothing": "After the history, everyone hears who joined, as before: await super().joined(member).",
    "history": "The history is sent twice. Tell it once.",
    "twice": "The history is sent twice. Tell it once.",
    "message": "The history is one event, with all messages in it. They do not come a second time.",
}
FOR_NEWCOMERS = {
    "history": "The history goes to the newcomer only: tell(event, member), not tell_room.",
    "nothing": "Everyone hears who joined, as before: await super().joined(member).",
}
NOT_PASSED_ON = {
    "nothing": "What is said goes to the whole room, as before. Remembering it is not enough.",
    "twice": "What is said goes to the room twice. Either super().said or tell_room passes it on, not both.",
    "history": "The history goes to newcomers only, when they join.",
    "closed": "Your handler ended with an exception when somebody said something.",
}
