"""The harness for lists of users: who is told who is in a room, and whether the list is true."""

from collections.abc import Sequence
from typing import Any, TypeGuard

from websocket_lab.grading.chat_harness import NOBODY_IN, ChatHarness, say
from websocket_lab.grading.event import Event, shown
from websocket_lab.grading.harness import word
from websocket_lab.grading.simulated_client import SimulatedClient


LIST_FIRST = NOBODY_IN | {
    "users": "The list comes too early: first announce who came or left, then send the list."
}
NO_LIST = {
    "nothing": "After each change the list goes to everyone in the room: tell_room(…).",
    "twice": "The same list is sent twice for one change. Call tell_users once.",
    "joined": "The joining is announced twice. Call super().joined(member) once.",
    "left": "The leaving is announced twice. Call super().left(member) once.",
    "message": "No list comes with this change. Send one after each `joined` and each `left`.",
    "closed": "Your handler ended with an exception while it made the list or sent it.",
}
TOO_MANY = "It has a name too many: someone in another room, or someone who has left, is not in this room."
UNCHANGED = (
    "Nothing has changed in this room since the last list. Send a list once for each change, "
    "and only to its own room: tell_room(event, room)."
)
SILENT = {
    "users": UNCHANGED,
    "twice": UNCHANGED,
    "joined": "Nobody has joined this room.",
    "left": "Nobody has left this room.",
}


class UserListHarness(ChatHarness):
    """A chat that tells who is in the room, under check."""

    vocabulary = ChatHarness.vocabulary | {"users"}

    def welcome(self, inside: Sequence[SimulatedClient], newcomer: SimulatedClient) -> None:
        """Have everyone told who came, and then who is there."""
        for person in inside:
            hears_joined(person, newcomer)
            hears_list(person, inside)

    def goodbye(self, stay: Sequence[SimulatedClient], gone: SimulatedClient, likely: str) -> None:
        """Have all who stay told who left, and then who is still there."""
        for person in stay:
            person.hears({"type": "left", "username": gone.username}, LIST_FIRST | STILL_THERE)
            hears_list(person, stay, likely)

    def all_know_in_the_end(self, inside: Sequence[SimulatedClient]) -> None:
        """Have everyone receive the true list, whatever comes before it, and no other list after it."""
        # The newcomers first: when an exception has ended their handlers, they say so.
        for person in reversed(inside):
            waits_for_list(person, inside)
        public = {"type": "message", "text": word()}
        inside[0].sends(say(public["text"]))
        for person in inside:
            keeps_list(person, inside, public)


STILL_THERE = {
    "nothing": "Does the room receive `left`, also of someone who vanishes? Tell it in `finally`.",
}


def true_list(inside: Sequence[SimulatedClient]) -> Event:
    """Return the event that is true while these people are inside."""
    room = inside[0].client.url.split("/")[-2]
    return {"type": "users", "room": room, "users": sorted(person.username for person in inside)}


def hears_joined(person: SimulatedClient, newcomer: SimulatedClient) -> None:
    """Have the person told who came."""
    person.hears({"type": "joined", "username": newcomer.username}, LIST_FIRST)


def hears_list(person: SimulatedClient, inside: Sequence[SimulatedClient], too_many: str = TOO_MANY) -> None:
    """Have the person receive next who is inside; `too_many` says what usually puts a further name on it."""
    event = true_list(inside)
    likely = NO_LIST | {"users": lambda came: fault(came, event, too_many)}
    person.hears(event, likely)


def waits_for_list(person: SimulatedClient, inside: Sequence[SimulatedClient]) -> None:
    """Read on until the list is true; those before it may lack someone, or have someone who has left."""
    event = true_list(inside)
    last: list[str] = []
    while last != event["users"]:
        likely = {"nothing": f"The last list was {shown(last)}. {NOT_TRUE}"}
        came = person.next_event(f"{person.name} receives {shown(event)} in the end.", NO_LIST | likely)
        last = tidy_list(person, came) if came["type"] == "users" else last


def keeps_list(person: SimulatedClient, inside: Sequence[SimulatedClient], public: Event) -> None:
    """Read on until the public message; if a list comes before it, the last one must be true."""
    event = true_list(inside)
    last = event["users"]
    while (came := person.next_event(f"{person.name} receives {shown(public)}."))["type"] != "message":
        last = tidy_list(person, came) if came["type"] == "users" else last
    wanted = f"receives no other list after {shown(event)}"
    person.must(last == event["users"], wanted, f"received {shown(last)} last", NOT_TRUE)


NOT_TRUE = "Make each list at the moment when you send it, and send one after the last change."
UNTIDY = "sorted(…) a set of names, or look who is in the room each time."


def tidy_list(person: SimulatedClient, came: Event) -> list[str]:
    """Return the users of a list that is sorted and has each name once; raise Mismatch for another one."""
    users = came.get("users")
    is_tidy = is_names(users) and users == sorted(set(users))
    person.must(is_tidy, "receives only sorted lists, each name once", f"received {shown(came)}", UNTIDY)
    return list(users or [])


def is_names(users: Any) -> TypeGuard[list[str]]:
    """Return whether this is a list of texts."""
    return isinstance(users, list) and all(isinstance(name, str) for name in users)


def fault(came: Event, true: Event, too_many: str) -> str:
    """Return what usually leads to a list that is not the true one."""
    if not is_names(came.get("users")):
        return 'users is a list of names, such as ["ana", "ben"].'
    if came.get("room") != true["room"]:
        return 'The event says which room it is about: "room": room.'
    return _names_fault(came["users"], true["users"], too_many)


def _names_fault(came: list[str], true: list[str], too_many: str) -> str:
    if len(set(came)) < len(came):
        return "A name is on it twice. Keep names in a set, or look who is in the room each time."
    if not set(came) <= set(true):
        return too_many
    if set(came) < set(true):
        return "Somebody is missing. Make the list after the change, of all who are in the room."
    return "These are the right names in the wrong order: sorted(…)."
