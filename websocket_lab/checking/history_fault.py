"""What usually leads to a history that is not the true one."""

from collections.abc import Mapping, Sequence
from typing import Any

from websocket_lab.checking.event import Event


LENGTH = 50
EVENTS = "messages is a list of the events as the room heard them: dicts with type, room, from and text."
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
    if not (isinstance(messages, list) and all(isinstance(message, dict) for message in messages)):
        return EVENTS
    if any(message.get("type", "message") != "message" for message in messages):
        return ONLY_MESSAGES

    texts = [message.get("text") for message in messages]
    return _texts_fault(
        texts, [message["text"] for message in right], [event["text"] for event in said], likely
    )


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
