"""The check of “Validate messages”: each wrong message gets an error with its code, and the talk goes on."""

from collections.abc import Collection

from websocket_lab.grading.event import ANYTHING, Event, matches, shown
from websocket_lab.grading.exercise import Exercise, step
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
    """Have a person send something wrong, and receive one error with this code; then all is well again."""
    person.sends(message, STAY)
    came = person.hears({"type": "error", "code": code, "detail": ANYTHING}, STAY | likely)
    is_said = isinstance(came["detail"], str) and bool(came["detail"].strip())
    person.must(is_said, "reads what was wrong in the detail", f"read {came['detail']!r}", DETAIL)
    echoes(person, ONE_ERROR | {"closed": STAY["closed"]})


def get_errors(room: Channels, messages: Collection[str | bytes], code: str, likely: dict[str, str]) -> None:
    """Have Eve send each of the wrong messages, and receive an error with this code for each."""
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


@step(
    "Does your class Send have the fields of the contract?",
    "`channel: str` and `message: str`",
    "When nothing was wrong: `await self.answer(action, websocket)`",
)
def right_messages_are_carried_out(room: Channels) -> None:
    """What is right is carried out: an echo, a subscription, a message to those who subscribed."""
    channel, text = word(), word()
    ben, eve = room.subscribe("Ben", channel), room.subscribe("Eve", word())
    ana = room.connect("Ana")
    ana.sends(say(channel, text))
    ben.hears({"type": "message", "channel": channel, "message": text}, RIGHT)
    for data in (word(), None, 7, [word(), {"deep": [1.5, True]}]):
        ana.sends({"action": "echo", "data": data})
        ana.hears({"type": "response", "data": data}, RIGHT)
    echoes(eve, RIGHT)


@step(
    "What does ACTIONS.validate_json raise for a text that is no JSON?",
    "`mistake.errors()[0]` is pydantic's first complaint, a dict; its type is a key of CODES.",
    '`code = CODES.get(first["type"], "invalid_message")`',
)
def broken_json_is_invalid_json(room: Channels) -> None:
    """A text that is no JSON gets the error invalid_json."""
    broken = ['{"action": "echo", "data": 1,}', word(), '{"action": "echo"', "{'action': 'echo'}"]
    get_errors(
        room, broken, "invalid_json", {"error": "The code for a text that is no JSON is invalid_json."}
    )
    get_errors(room, [""], "invalid_json", dict.fromkeys(("error", "closed", "nothing"), EMPTY_TEXT))


EMPTY_TEXT = (
    "An empty text is a text, but not JSON: `if not text` is true for it. "
    "Ask whether the message has a text at all: `is None`."
)


@step(
    "What is the code of a complaint that is not in CODES?",
    '`CODES.get(first["type"], "invalid_message")`',
)
def another_shape_is_an_invalid_message(room: Channels) -> None:
    """JSON that is not an object gets the error invalid_message."""
    likely = {
        "error": "It is JSON, and no object: the code is invalid_message.",
        "closed": "An exception ended your handler. A list has no keys, and not every type of mistake that "
        "pydantic knows is a key of CODES.",
    }
    get_errors(room, ["[1, 2, 3]", '"echo"', "5", "null", "true"], "invalid_message", likely)


@step(
    "Pydantic has two names for it: the tag of the union is missing, or it is none of the known.",
    'CODES maps both to unknown_action: `CODES.get(first["type"], "invalid_message")`',
)
def an_unknown_action_is_named(room: Channels) -> None:
    """An action that does not exist, or none, gets the error unknown_action."""
    wrong = [f'{{"action": "{word()}"}}', "{}", '{"data": 1}', '{"action": "Echo", "data": 1}']
    odd = ['{"action": 7}', '{"action": null}', '{"action": ["echo"], "data": 1}']
    likely = {"error": "An object without an action, or with one that does not exist, is an unknown_action."}
    get_errors(room, wrong + odd, "unknown_action", likely)


@step(
    "Which fields must a Send have?",
    "A field without a default must be there: message: str",
)
def a_missing_field_is_an_invalid_message(room: Channels) -> None:
    """A known action that lacks a field gets the error invalid_message."""
    wrong = ['{"action": "send", "channel": "news"}', '{"action": "send", "message": "hi"}']
    more = ['{"action": "subscribe"}', '{"action": "echo"}']
    get_errors(room, wrong + more, "invalid_message", FIELDS)


FIELDS = {
    "error": "The action is known, and a field is wrong: the code is invalid_message.",
    "nothing": "Is the field in your class, with its type, and without a default?",
    "closed": "A field that is missing, or of another type, must not raise there. Let pydantic look.",
}


@step(
    "Which types do the fields of Send have?",
    "Both are texts: channel: str and message: str. Pydantic makes no text of a number.",
)
def a_wrong_type_is_an_invalid_message(room: Channels) -> None:
    """A field of the wrong type gets the error invalid_message."""
    wrong = [
        '{"action": "subscribe", "channel": 7}',
        '{"action": "subscribe", "channel": null}',
        '{"action": "subscribe", "channel": ["news"]}',
        '{"action": "send", "channel": "news", "message": 5}',
        '{"action": "send", "channel": {"name": "news"}, "message": "hi"}',
    ]
    get_errors(room, wrong, "invalid_message", FIELDS)


@step(
    "Who parses the JSON in your code?",
    "Pydantic's parser stops in time: give the text to ACTIONS.validate_json, and not to json.loads.",
)
def depth_does_no_harm(room: Channels) -> None:
    """Lists in lists, thousands deep, harm nobody: their sender gets an error, or the right echo."""
    eve = room.connect("Eve")
    for depth in DEPTHS:
        lists, stand_in = f"{'[' * depth}{']' * depth}", word()
        eve.stand_ins = {lists: f'"{stand_in}"'}
        eve.sends(lists, DEEP)
        is_refused(eve, eve.next_event(NOT_READ, DEEP))
        eve.sends(f'{{"action": "echo", "data": {lists}}}', DEEP)
        came = eve.next_event(f"{NOT_READ[:-1]}, or the lists once more.", DEEP)
        if not matches(came, {"type": "response", "data": stand_in}):
            is_refused(eve, came)
        echoes(eve, ONE_ERROR | {"closed": DEEP["closed"]})


# How deep json.loads reads differs: to 977 in Python 3.11, to 9,949 in 3.13, to 65,185 in 3.14.
DEPTHS = 5_000, 30_000


NOT_READ = "Eve receives invalid_json or invalid_message."


DEEP = {
    "nothing": "What is nested too deep to be read is invalid_json, or invalid_message.",
    "closed": "What is nested too deep for json.loads raises RecursionError, which is not a ValueError. "
    "Pydantic's parser calls it a ValidationError.",
}


def is_refused(person: SimulatedClient, came: Event) -> None:
    """Have what a person has received be an error with one of the codes for what cannot be read."""
    is_error = matches(came, {"type": "error", "code": ANYTHING, "detail": ANYTHING})
    is_right = is_error and came["code"] in ("invalid_json", "invalid_message")
    wanted = NOT_READ.removeprefix(f"{person.name} ").removesuffix(".")
    person.must(is_right, wanted, f"received {shown(came)}", DEEP["nothing"])


@step(
    "What does message hold when the client sent bytes?",
    '`message.get("text")` is None for a binary message. Look before you parse.',
    '`await reply(error("text_expected", "Send JSON as text."), websocket)`, and return.',
)
def binary_is_no_text(room: Channels) -> None:
    """A binary message gets the error text_expected, even if its bytes would be JSON."""
    likely = {
        "closed": 'A binary message has no text: message["text"] raises KeyError, and so does receive_json.',
        "error": "The code for a binary message is text_expected.",
    }
    get_errors(room, [b"\x01\x02\xff", b'{"action": "echo", "data": 1}'], "text_expected", likely)
    get_errors(room, [b""], "text_expected", dict.fromkeys(("error", "closed", "nothing"), EMPTY_BYTES))


EMPTY_BYTES = (
    "Empty bytes are binary, too, and false for `if`. Ask whether the message has a text: `is None`."
)


@step(
    "To whom do you send an error?",
    "`reply(…, websocket)` reaches the client of this endpoint alone. Carry out only what was valid.",
)
def nobody_else_notices(room: Channels) -> None:
    """While Eve sends everything that is wrong, Ben receives what he subscribed to, and nothing else."""
    channel = word()
    ben, eve, ana = room.subscribe("Ben", channel), room.connect("Eve"), room.connect("Ana")
    wrong = [
        f'{{"action": "send", "channel": "{channel}"}}',
        f'{{"action": "shout", "channel": "{channel}"}}',
    ]
    for message in (*wrong, "[", "[1]", b"\x00"):
        eve.sends(message)
        eve.hears({"type": "error"}, STAY)
    text = word()
    ana.sends(say(channel, text))
    ben.hears_nothing_before({"type": "message", "channel": channel, "message": text}, ELSEWHERE)
    echoes(ana, ELSEWHERE)
    echoes(eve, ELSEWHERE)


ELSEWHERE = {
    "error": "An error goes to the one who made the mistake, and to nobody else.",
    "message": "A message that is not valid is passed on to nobody.",
    "nothing": "One client's mistake must not stop what others say.",
    "closed": "One client's mistake must not end another client's connection.",
}


EXERCISE = Exercise(
    title="Validate messages",
    harness=Channels,
    steps=(
        right_messages_are_carried_out,
        broken_json_is_invalid_json,
        another_shape_is_an_invalid_message,
        an_unknown_action_is_named,
        a_missing_field_is_an_invalid_message,
        a_wrong_type_is_an_invalid_message,
        depth_does_no_harm,
        binary_is_no_text,
        nobody_else_notices,
    ),
    hints=(
        "Who finds out what is wrong with a message? Leave as much of it as you can to pydantic.",
        "One try for each message: `ACTIONS.validate_json(text)` raises ValidationError.",
        "`explain(mistake)` makes the error of it, reply sends it, and the loop goes on.",
    ),
)
