"""The harness of “Message history”: rooms that remember what was said, and newcomers who must receive it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from websocket_lab.grading.chat_harness import NOBODY_IN, ChatHarness, say
from websocket_lab.grading.event import Event, matches, shown
from websocket_lab.grading.harness import all_hear, word
from websocket_lab.grading.simulated_client import Causes, SimulatedClient, cause_of


LENGTH = 50
EVENTS = "messages is a list of the events as the room received them: dicts with type, room, from and text."
ONLY_MESSAGES = "Remember `message` events only: neither who came and left, nor private messages."
OTHER_ROOM = "A text in it was not said in this room. Keep a history for each room."


def fault(came: Event, expected: Event, said: Sequence[Event], likely: Mapping[str, str]) -> str:
    """Return what usually makes `came` of what should be `expected`, after all that was `said`.

    Args:
        came: The history that came.
        expected: The history that should have come.
        said: Everything that was said in the room.
        likely: Other words for what is "unknown": a text that was not said in this room.
    """
    if came.get("room") != expected["room"]:
        return 'The event says which room it is about: "room": member.room.'

    messages, right = came.get("messages"), expected["messages"]
    if not _are_events(messages):
        return EVENTS
    if any(message.get("type", "message") != "message" for message in messages):
        return ONLY_MESSAGES

    texts = [message.get("text") for message in messages]
    return _texts_fault(
        texts, [message["text"] for message in right], [event["text"] for event in said], likely
    )


def _are_events(messages: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(messages, list) and all(isinstance(message, dict) for message in messages)


def _texts_fault(texts: list[Any], right: list[str], said: list[str], likely: Mapping[str, str]) -> str:
    if any(text not in said for text in texts):
        return EVENTS if None in texts else likely.get("unknown", OTHER_ROOM)
    if texts == right:
        return "A field of a message is missing or wrong. Keep the whole event: type, room, from and text."
    if sorted(texts) == sorted(right):
        return "The oldest message comes first: append each at the end, and do not turn the list round."
    return _length_fault(texts, right)


def _length_fault(texts: list[str], right: list[str]) -> str:
    if len(set(texts)) < len(texts):
        return "A message is in it twice. Append each once."
    counted = f"Count of messages: {len(texts)} came, {len(right)} are right. "
    if not set(texts) <= set(right):
        return f"{counted}Keep the last {LENGTH}: deque(maxlen={LENGTH}) drops the oldest by itself."
    if right[-1] not in texts:
        return f"{counted}The latest is missing: remember a message before you pass it on."
    return f"{counted}Older ones are missing: keep {LENGTH}, and take none out when you tell them."


class HistoryHarness(ChatHarness):
    """A chat with histories under check."""

    vocabulary = ChatHarness.vocabulary | {"history", "private"}

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
        chat: The harness that the room belongs to.
    """

    def __init__(self, chat: HistoryHarness) -> None:
        self.name = word()
        self.inside: list[SimulatedClient] = []
        self.said: list[Event] = []
        self._chat = chat

    def guest(self, name: str, label: str = "") -> SimulatedClient:
        """Return a person who will come in; a label tells a person's second client from the first."""
        username = f"{name.lower()}_{word()[-6:]}"
        return self._chat.person(f"/ws/chat/{self.name}/{username}", label or name, username)

    def enter(self, name: str, label: str = "") -> SimulatedClient:
        """Return a newcomer who has received the true history, then `joined`; the others have not read."""
        newcomer = self.guest(name, label)
        newcomer.connects(NOBODY_IN)
        self.hears_history(newcomer)
        newcomer.hears({"type": "joined", "username": newcomer.username}, AFTER_HISTORY)
        self.inside.append(newcomer)
        return newcomer

    def join(self, name: str, label: str = "") -> SimulatedClient:
        """Return a newcomer of whom the others know, too."""
        others = list(self.inside)
        newcomer = self.enter(name, label)
        all_hear(others, {"type": "joined", "username": newcomer.username}, FOR_NEWCOMERS)
        return newcomer

    def leave(self, person: SimulatedClient) -> None:
        """Let a person leave, which the others are told."""
        self.inside.remove(person)
        person.leaves()
        all_hear(self.inside, {"type": "left", "username": person.username})

    def say(self, speaker: SimulatedClient, *texts: str) -> None:
        """Let a person say something, which everyone inside receives."""
        for text in texts:
            speaker.sends(say(text))
            all_hear(self.inside, self.heard(speaker, text), NOT_PASSED_ON)

    def heard(self, speaker: SimulatedClient, text: str) -> Event:
        """Note and return what the room receives when a person says something."""
        event = {"type": "message", "room": self.name, "from": speaker.username, "text": text}
        self.said.append(event)
        return event

    def hears_history(self, newcomer: SimulatedClient, likely: Causes | None = None) -> None:
        """Have a newcomer receive first what was said lately; `likely` may say what puts more into it."""
        expected = {"type": "history", "room": self.name, "messages": Messages(self.said[-LENGTH:])}
        causes = NO_HISTORY | {"history": lambda came: fault(came, expected, self.said, likely or {})}
        newcomer.hears(expected, causes)

    def hear_once_more(self, people: Sequence[SimulatedClient], likely: Causes) -> None:
        """Have people receive nothing but `joined` before the next message, which the first of them says."""
        text = word()
        people[0].sends(say(text))
        event = self.heard(people[0], text)
        for person in people:
            hears_next(person, event, likely)


def hears_next(person: SimulatedClient, event: Event, likely: Causes) -> None:
    """Have a person receive an event, before which nothing may come but who joined."""
    wanted = f"receives {shown(event)}, and before that nothing but who joined"
    while (came := person.next_event(f"{person.name} {wanted}.", likely))["type"] == "joined":
        pass
    person.must(matches(came, event), wanted, f"received {shown(came)}", cause_of(came["type"], likely))


NO_HISTORY: dict[str, Any] = NOBODY_IN | {
    "nothing": "A newcomer receives the history first, also an empty one: tell it to the member who joined.",
    "joined": "The history comes before anything else, also when it is empty: tell it first, "
    "then super().joined(member).",
    "message": "The history comes before anything else. No await may stand between entering the room "
    "and making the history; and old messages come in one event, not one by one.",
    "closed": "Your handler ended with an exception while it made the history or sent it. "
    "A deque is not JSON: list(…) makes a list of it.",
}
AFTER_HISTORY = NOBODY_IN | {
    "nothing": "After the history, everyone is told who joined, as before: await super().joined(member).",
    "history": "The history is sent twice. Tell it once.",
    "twice": "The history is sent twice. Tell it once.",
    "message": "The history is one event, with all messages in it. They do not come a second time.",
}
FOR_NEWCOMERS = {
    "history": "The history goes to the newcomer only: tell(event, member), not tell_room.",
    "nothing": "Everyone is told who joined, as before: await super().joined(member).",
}
NOT_PASSED_ON = {
    "nothing": "What is said goes to the whole room, as before. Remembering it is not enough.",
    "twice": "What is said goes to the room twice. Either super().said or tell_room passes it on, not both.",
    "history": "The history goes to newcomers only, when they join.",
    "closed": "Your handler ended with an exception when somebody said something.",
}


def joins_late(room: TalkingRoom, name: str, speaker: SimulatedClient, heard: list[str]) -> SimulatedClient:
    """Return someone who joins as soon as the speaker has received some messages."""
    hears_texts(speaker, heard)
    newcomer = room.guest(name)
    newcomer.connects(NOBODY_IN)
    return newcomer


def hears_texts(speaker: SimulatedClient, texts: Sequence[str]) -> None:
    """Have a speaker receive what was said; who joins meanwhile is of no importance."""
    for text in texts:
        hears_next(speaker, {"type": "message", "text": text}, NOT_PASSED_ON)


def hears_each_once(newcomer: SimulatedClient, texts: list[str]) -> None:
    """Have a newcomer receive each of the texts once, in order."""
    history = newcomer.hears({"type": "history"}, NO_HISTORY)
    messages: Any = history.get("messages")
    newcomer.must(_are_events(messages), "receives a list of events", f"received {shown(history)}", EVENTS)
    heard = [str(message.get("text")) for message in messages]
    wanted = f"receives messages 1 to {len(texts)}, each once"
    while texts[-1] not in heard:
        came = newcomer.next_event(f"{newcomer.name} {wanted}.", {"nothing": LOST})
        heard += [str(came.get("text"))] if came["type"] == "message" else []
    doubled = len(set(heard)) < len(heard)
    numbers = " ".join(text.partition(" ")[0] for text in heard)
    newcomer.must(heard == texts, wanted, f"received {numbers}", DOUBLED if doubled else LOST)


LOST = (
    "A message was lost for someone who joined at that moment. In said, remember it before you pass it on; "
    "when someone joins, let no await stand between making the history and entering the room."
)
DOUBLED = (
    "A message came in the history and once more after it. In said, let no await stand between "
    "remembering it and passing it on; when someone joins, none between entering the room and making the "
    "history."
)
