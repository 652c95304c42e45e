"""The harness of the channels: people who send what is right, and what is wrong."""

from collections.abc import Collection

from websocket_lab.grading.event import ANYTHING, Event
from websocket_lab.grading.harness import Harness, word
from websocket_lab.grading.simulated_client import SimulatedClient


class Channels(Harness):
    """A server of channels under check."""

    vocabulary = frozenset({"response", "subscribed", "message", "error"})

    def connect(self, name: str) -> SimulatedClient:
        """Return a person who is connected."""
        person = self.person("/ws/json", name)
        person.connects({"refused": "The address is /ws/json."})
        return person

    def subscribe(self, name: str, channel: str) -> SimulatedClient:
        """Return a person who is connected and subscribes to a channel."""
        person = self.connect(name)
        person.sends({"action": "subscribe", "channel": channel})
        person.hears({"type": "subscribed", "channel": channel}, RIGHT)
        return person


def say(channel: str, message: str) -> Event:
    """Return the message that tells a channel something."""
    return {"action": "send", "channel": channel, "message": message}


def echoes(person: SimulatedClient, likely: dict[str, str]) -> None:
    """Have a person ask for an echo, which must come next."""
    data = word()
    person.sends({"action": "echo", "data": data}, likely)
    person.hears_nothing_before({"type": "response", "data": data}, likely)


def gets_an_error(person: SimulatedClient, message: str | bytes, code: str, likely: dict[str, str]) -> None:
    """Have a person send something wrong, and hear one error with this code; then all is well again."""
    person.sends(message, STAY)
    came = person.hears({"type": "error", "code": code, "detail": ANYTHING}, STAY | likely)
    is_said = isinstance(came["detail"], str) and bool(came["detail"].strip())
    person.must(is_said, "reads what was wrong in the detail", f"read {came['detail']!r}", DETAIL)
    echoes(person, ONE_ERROR | {"closed": STAY["closed"]})


def get_errors(room: Channels, messages: Collection[str | bytes], code: str, likely: dict[str, str]) -> None:
    """Have Eve send each of the wrong messages, and hear an error with this code for each."""
    eve = room.connect("Eve")
    for message in messages:
        gets_an_error(eve, message, code, likely)


STAY = {
    "nothing": "A client that sends something wrong gets an error, at once.",
    "closed": "An exception left the endpoint, or its loop ended. Catch it for each message, in the loop.",
    "response": "This message is wrong, and your server carried it out.",
    "subscribed": "This message is wrong, and your server carried it out.",
    "message": "This message is wrong, and your server carried it out.",
}
ONE_ERROR = {
    "error": "One error is enough for one wrong message.",
    "twice": "One error is enough for one wrong message.",
    "nothing": "After an error the endpoint waits for the next message, as if nothing had happened.",
}
DETAIL = "The detail is for people: a sentence, for example what pydantic says in `msg`."
RIGHT = {
    "error": "This message is right. Compare the fields of your classes with the contract.",
    "nothing": "This message is right, and should be carried out.",
    "closed": "An exception ended the endpoint at a message that is right.",
}
