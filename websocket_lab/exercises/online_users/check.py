"""The check of “Online users”: everyone in a room knows who is there, whoever comes and goes."""

from websocket_lab.exercises.online_users.harness import SILENT, UserListHarness, hears_joined, hears_list
from websocket_lab.grading.chat_harness import NOBODY_IN
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import at_once, word
from websocket_lab.grading.simulated_client import SimulatedClient


@step(
    "What runs when someone has joined, and what must everyone receive first?",
    "Write `joined(self, member)`: `await super().joined(member)`, and behind it the list.",
    "`await self.tell_users(member.room)` sends the list to all in the room, the newcomer too.",
)
def a_newcomer_hears_who_is_there(chat: UserListHarness) -> None:
    """A newcomer receives “joined”, and then the list of everyone present, the newcomer included."""
    room = word()
    ana = chat.guest("Ana", room)
    ben = chat.guest("Ben", room)
    for newcomer, inside in ((ana, [ana]), (ben, [ana, ben])):
        newcomer.connects(NOBODY_IN)
        hears_joined(newcomer, newcomer)
        hears_list(newcomer, inside)


@step(
    "Whose names are in `self.manager.users`: those of this room, or all?",
    "Take a name only if its connection is in `self.manager.rooms.get(room, set())`.",
)
def rooms_have_lists_of_their_own(chat: UserListHarness) -> None:
    """Each room has a list of its own, and receives nothing about another room."""
    (ana,) = chat.join("Ana")
    (ben,) = chat.join("Ben")
    chat.nobody_hears_more(ana, likely=SILENT)
    chat.nobody_hears_more(ben, likely=SILENT)


@step(
    "Who receives the list: the one who came, the others, or all? And how often?",
    "One call of tell_users in joined is enough: tell_room reaches everyone in the room once.",
)
def everyone_hears_it_once(chat: UserListHarness) -> None:
    """Those who were there before receive the new list, too, and nobody gets it twice."""
    people = chat.join("Ana", "Ben", "Eve")
    chat.nobody_hears_more(*people, likely=SILENT)


@step(
    "In which order does a dict, or a set, give its names?",
    "`sorted(…)` makes a sorted list of whatever you give it.",
)
def the_list_is_sorted(chat: UserListHarness) -> None:
    """The names are sorted, in whatever order people came."""
    chat.join("Eve", "Ben", "Ana")
    chat.join("Ben", "Eve", "Ana")


@step(
    "What runs when someone has left? It needs the same two lines as joined.",
    "Write `left(self, member)`: `await super().left(member)`, `await self.tell_users(member.room)`.",
    "Still on the list? Ask which connections are in the room, not which names are held.",
)
def who_leaves_is_taken_off(chat: UserListHarness) -> None:
    """When Ben leaves, those who stay in his room receive “left”, and then the list without Ben."""
    ana, ben = chat.join("Ana", "Ben")
    (eve,) = chat.join("Eve")
    ben.leaves()
    chat.goodbye([ana], ben, STILL_ON)
    chat.nobody_hears_more(ana, likely=SILENT)
    chat.nobody_hears_more(eve, likely=SILENT)


STILL_ON = (
    "Someone who has left is still on it. When left() runs, the room is without that member already, "
    "but self.manager.users is not: list those whose connection is in the room."
)


@step(
    "Does your way of taking names off need a goodbye from the client?",
    "left() runs in a `finally`, however a connection ends. Take names off there, and nowhere else.",
)
def who_vanishes_is_taken_off(chat: UserListHarness) -> None:
    """When Eve vanishes without a goodbye, those who stay receive the same."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    eve.vanishes()
    chat.goodbye([ana, ben], eve, STILL_ON)
    chat.nobody_hears_more(ana, ben, likely=SILENT)


@step(
    "Which of your lines run for somebody who is refused?",
    "joined and left run only for those who were let in. Keep your changes to the list inside them.",
)
def a_refused_login_changes_nothing(chat: UserListHarness) -> None:
    """A client with a name that is taken is rejected with 4009, and no list changes."""
    room = word()
    ana, ben = chat.join("Ana", "Ben", room=room)
    eve = chat.person(f"/ws/chat/{room}/{ana.username}", "Eve", ana.username)
    eve.connects(NOBODY_IN)
    eve.is_closed(4009, NO_REFUSAL)
    chat.nobody_hears_more(ana, ben, likely=REFUSED)
    ben.leaves()
    chat.goodbye([ana], ben, STILL_ON)


NO_REFUSAL = {
    "nothing": "Eve comes with Ana's name, and gets in. A name is held by one at a time, as in lesson 8.",
    "closed": "Eve comes with Ana's name: close with 4009, as in lesson 8.",
}
NO_CHANGE = "Somebody was refused, so nobody came or left. Tell the list in joined and left only."
REFUSED = SILENT | {
    "users": NO_CHANGE,
    "twice": NO_CHANGE,
    "joined": "Somebody was refused, and your server says that they joined.",
    "left": "Somebody was refused, and your server says that they left.",
}


@step(
    "What can happen between making the list and sending it, if an await stands between them?",
    "Make the list anew for each change, right where it is sent, and leave no change out.",
)
def all_at_once(chat: UserListHarness) -> None:
    """When two people come or go at the same moment, everyone ends with the true list."""
    room = word()
    (ana,) = chat.join("Ana", room=room)
    ben, eve = chat.guest("Ben", room), chat.guest("Eve", room)
    with chat.slow_lines(0.05):
        at_once(SimulatedClient.connects, [eve, ben])
        chat.all_know_in_the_end([ana, ben, eve])
        at_once(SimulatedClient.leaves, [eve, ben])
        chat.all_know_in_the_end([ana])


EXERCISE = Exercise(
    title="Online users",
    harness=UserListHarness,
    steps=(
        a_newcomer_hears_who_is_there,
        rooms_have_lists_of_their_own,
        everyone_hears_it_once,
        the_list_is_sorted,
        who_leaves_is_taken_off,
        who_vanishes_is_taken_off,
        a_refused_login_changes_nothing,
        all_at_once,
    ),
    hints=(
        "When does a list change? When someone joins or leaves. Tell it there, and only there.",
        "`self.manager.rooms[room]` holds connections, `self.manager.users` holds names: you need both.",
        "In joined and left: first `await super()…`, then `await self.tell_users(member.room)`.",
    ),
)
