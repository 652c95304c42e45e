"""The check of “Message history”: a newcomer receives what was said lately, all of it, and once."""

from websocket_lab.exercises.message_history.harness import (
    DOUBLED,
    FOR_NEWCOMERS,
    HistoryHarness,
    TalkingRoom,
    hears_each_once,
    hears_texts,
    joins_late,
)
from websocket_lab.grading.chat_harness import NOBODY_IN, say
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import at_once, word
from websocket_lab.grading.simulated_client import SimulatedClient


@step(
    "What should somebody receive who is the first one in a room?",
    "An empty history is an event, too. Does your code find a room that it does not know?",
    "`defaultdict(lambda: deque(maxlen=50))` makes an empty deque for each new room.",
)
def a_new_room_has_an_empty_history(chat: HistoryHarness) -> None:
    """Where nothing was said yet, a newcomer receives an empty history before anything else."""
    chat.room().enter("Ana")


@step(
    "What does your server remember when somebody says something: the text, or the event?",
    "`self.history[member.room].append(event)`, with the event that the room receives.",
)
def a_newcomer_hears_what_was_said(chat: HistoryHarness) -> None:
    """A newcomer receives the message that Ana said before, with all its fields."""
    room = chat.room()
    room.say(room.enter("Ana"), word())
    room.enter("Ben")


@step(
    "How many histories does your server have?",
    "A dict from room to deque: `self.history[member.room]`.",
)
def rooms_have_histories_of_their_own(chat: HistoryHarness) -> None:
    """Each room has a history of its own."""
    here, there = chat.room(), chat.room()
    here.say(here.enter("Ana"), word())
    there.say(there.enter("Ben"), word(), word())
    here.enter("Eve")


@step(
    "Who needs the history: the newcomer, or the room?",
    "`self.tell` sends to one member, `self.tell_room` to all.",
)
def nobody_else_hears_it(chat: HistoryHarness) -> None:
    """The history goes to the newcomer, once; those who are there are told only who joined."""
    room = chat.room()
    people = [room.join("Ana"), room.join("Ben")]
    room.say(people[0], word())
    people.append(room.join("Eve"))
    room.hear_once_more(people, FOR_NEWCOMERS)


@step(
    "At which end of the deque does a new message go?",
    "append puts it at the end, appendleft at the front. `list(…)` keeps the order.",
)
def the_oldest_comes_first(chat: HistoryHarness) -> None:
    """The messages stand in the order in which they were said, whoever said them."""
    room = chat.room()
    ana, ben = room.join("Ana"), room.join("Ben")
    for speaker in (ana, ben, ben, ana):
        room.say(speaker, word())
    room.join("Eve")


@step(
    "Is anything of the history gone when it has been told once?",
    "Tell a copy, `list(self.history[member.room])`, and take nothing out.",
)
def two_newcomers_at_once(chat: HistoryHarness) -> None:
    """Two who join at the same moment both receive the whole history."""
    room = chat.room()
    ana = room.enter("Ana")
    room.say(ana, word(), word())
    ben, eve = room.guest("Ben"), room.guest("Eve")
    at_once(lambda person: person.connects(NOBODY_IN), [ben, eve])
    for newcomer in (ben, eve):
        room.hears_history(newcomer)
    room.hear_once_more([ana, ben, eve], FOR_NEWCOMERS)


@step(
    "What happens to the 51st message, and what to the first one?",
    "`deque(maxlen=50)`: it drops the oldest by itself when a new one comes.",
)
def the_last_fifty_are_kept(chat: HistoryHarness) -> None:
    """Of 49 and of 50 messages a newcomer receives all, of 51 the last 50."""
    room = chat.room()
    ana = room.join("Ana")
    room.say(ana, *(f"{number} {word()}" for number in range(1, 50)))
    room.join("Ben")
    room.say(ana, f"50 {word()}")
    room.join("Eve")
    room.say(ana, f"51 {word()}")
    room.join("Ana", label="Ana's phone")


@step(
    "Which events pass through the place where you remember them?",
    "Remember in said, where only messages come by, or look at the event's type first.",
)
def coming_and_going_is_not_in_it(chat: HistoryHarness) -> None:
    """Only messages are in it, not who came and who left."""
    room = chat.room()
    ana, ben = room.join("Ana"), room.join("Ben")
    room.say(ben, word())
    room.leave(ben)
    room.say(ana, word())
    room.join("Eve")


@step(
    "Does your server remember a text before it knows whether it is a private one?",
    "Remember the event that the whole room receives, right where you send it to the room.",
)
def private_messages_are_not_in_it(chat: HistoryHarness) -> None:
    """If your server knows /pm, what was said in private is not in it."""
    room = chat.room()
    ana, ben = room.join("Ana"), room.join("Ben")
    room.say(ana, word())
    whisper(room, ana, ben)
    room.say(ben, word())
    eve = room.guest("Eve")
    eve.connects(NOBODY_IN)
    room.hears_history(eve, {"unknown": PRIVATE})


PRIVATE = "A private message is in it. Remember only what goes to the whole room."


def whisper(room: TalkingRoom, sender: SimulatedClient, receiver: SimulatedClient) -> None:
    """Let someone send a private message; a server that does not know /pm takes it as said to all."""
    text = f"/pm {receiver.username} {word()}"
    sender.sends(say(text))
    came = sender.next_event(f"{sender.name} is told what becomes of {text}.")
    if came["type"] == "message":
        receiver.hears(room.heard(sender, text))
    elif came["type"] == "private":
        receiver.hears({"type": "private", "from": sender.username})


@step(
    "At each await another handler may run. What if somebody joins right there?",
    "In said: first remember, then pass on. In between, no await.",
    "In joined: make the list from the deque at once, tell it, then `super().joined(member)`.",
)
def nothing_is_lost_or_doubled(chat: HistoryHarness) -> None:
    """Someone who joins while Ana is talking gets each of her messages once: in the history, or after it."""
    room = chat.room()
    ana = room.enter("Ana")
    texts = [f"{number} {word()}" for number in range(1, 13)]
    with chat.slow_lines(0.02):
        for text in texts:
            ana.sends(say(text))
        newcomers = [
            joins_late(room, name, ana, part) for name, part in (("Ben", texts[:3]), ("Eve", texts[3:6]))
        ]
        hears_texts(ana, texts[6:])
        for newcomer in newcomers:
            hears_each_once(newcomer, texts)
        room.hear_once_more([ana, *newcomers], {"message": DOUBLED})


EXERCISE = Exercise(
    title="Message history",
    harness=HistoryHarness,
    steps=(
        a_new_room_has_an_empty_history,
        a_newcomer_hears_what_was_said,
        rooms_have_histories_of_their_own,
        nobody_else_hears_it,
        the_oldest_comes_first,
        two_newcomers_at_once,
        the_last_fifty_are_kept,
        coming_and_going_is_not_in_it,
        private_messages_are_not_in_it,
        nothing_is_lost_or_doubled,
    ),
    hints=(
        "Two things happen: what is said is remembered, and a newcomer is told what is remembered.",
        "`deque(maxlen=50)` keeps the last fifty things that are appended. You need one for each room.",
        "`tell(event, member)` sends to the newcomer only; `list(…)` makes of a deque what JSON knows.",
    ),
    # A slow server takes its time for 51 messages.
    seconds=45,
)
