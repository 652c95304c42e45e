"""The check of “Scale out”: one chat in several processes, which a broker connects."""

from collections.abc import Sequence
from contextlib import suppress

from websocket_lab.exercises.scale_out.harness import (
    ELSEWHERE,
    FIRST,
    GOODBYE,
    ONCE,
    SECOND,
    WELCOME,
    ScaleHarness,
)
from websocket_lab.grading.chat_harness import say
from websocket_lab.grading.event import Event, matches, shown
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import all_hear, at_once, word
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


IN_A_ROW = 5
# Seconds that a message takes to each client of the first process while Eve vanishes.
SLOWLY = 0.08


@step(
    "What delivers a message to the client that sent it: tell or the broker?",
    "The broker brings each text to all who subscribed, the publisher, too. So tell sends nothing.",
    "`await self.broker.publish(room, json.dumps(event))`",
)
def a_process_delivers_once(chat: ScaleHarness) -> None:
    """On one process, Ana and Eve receive each message once, their own, too."""
    ana, eve = chat.join("Ana", "Eve")
    everyone_speaks(chat, [ana, eve], ONCE)


def everyone_speaks(chat: ScaleHarness, people: Sequence[SimulatedClient], likely: Causes) -> None:
    """Have each of the people speak, which all must receive next; and once more, to end the silence."""
    for speaker in (*people, people[0]):
        others = [person for person in people if person is not speaker]
        chat.nobody_hears_more(speaker, *others, likely=likely)


@step(
    "What do two processes have in common? No variable, only the broker.",
    "tell publishes in the channel that is called like the room, and settle subscribes to it.",
    "`self.subscriptions[room] = await self.broker.subscribe(room, self.deliver)`",
)
def two_processes_hear_each_other(chat: ScaleHarness) -> None:
    """Ana and Ben, on two processes, receive each other's messages, once."""
    everyone_speaks(chat, chat.join("Ana", "Ben"), ONCE)


@step(
    "Is there a variable outside of all classes and functions that several apps share?",
    "Keep members and subscriptions in the object that make_app makes, with the broker it was given.",
)
def only_the_broker_connects(chat: ScaleHarness) -> None:
    """A process with another broker receives nothing, and nobody receives it."""
    chat.homes["Eve"] = ELSEWHERE
    room = word()
    ana, ben = chat.join("Ana", "Ben", room=room)
    eve = chat.comes("Eve", room)
    everyone_speaks(chat, [ana, ben], SHARED)
    everyone_speaks(chat, [eve], SHARED)
    everyone_speaks(chat, [ben, ana], SHARED)


NO_VARIABLES = (
    "Real processes share no variables. Keep everything in an object that make_app makes, and use the "
    "broker that make_app was given."
)
SHARED = ONCE | {"message": NO_VARIABLES, "joined": NO_VARIABLES}


@step(
    "deliver learns which channel a text comes from. Which clients should receive it?",
    "Only the people in that room on this process: `for member in self.here(room)`.",
)
def rooms_stay_apart(chat: ScaleHarness) -> None:
    """What is said in a room stays in that room, on all processes."""
    (ana,) = chat.join("Ana")
    ben, eve = chat.join("Ben", "Eve")
    everyone_speaks(chat, [eve, ben], NOT_HERE)
    everyone_speaks(chat, [ana], NOT_HERE)
    everyone_speaks(chat, [ben, eve], NOT_HERE)


NOT_HERE = ONCE | {
    "message": "That was said in another room. Deliver a text only to those who are in its room.",
    "joined": "That was told in another room. Each room has its own channel, or each text names its room.",
}


@step(
    "Can a second message overtake the first on its way to the broker, or from it?",
    "await publish and await send_text, one after the other, without create_task or gather.",
)
def the_order_is_kept(chat: ScaleHarness) -> None:
    """Ana and Ben talk fast and at the same time: everyone receives the messages of each in order."""
    people = ana, ben = chat.join("Ana", "Ben")
    said = {speaker.username: [word() for _ in range(IN_A_ROW)] for speaker in people}
    # A busy machine would send one after the other has arrived.
    with chat.lines[FIRST].held(), chat.lines[SECOND].held():
        at_once(lambda speaker: says_all(speaker, said[speaker.username]), people)
    for person in people:
        heard = [person.hears({"type": "message"}, NO_ORDER) for _ in range(2 * IN_A_ROW)]
        for speaker, texts in said.items():
            came = [event.get("text") for event in heard if event.get("from") == speaker]
            person.must(came == texts, f"receives what {speaker} says in order", f"received {came}", SHUFFLED)
    everyone_speaks(chat, [ana, ben], ONCE)


SHUFFLED = (
    "Await each publish before the next message is read, and deliver one text after the other: a task for "
    "each of them goes its own way."
)
NO_ORDER = ONCE | {"twice": "A message came twice.", "joined": SHUFFLED}


def says_all(speaker: SimulatedClient, texts: Sequence[str]) -> None:
    """Have someone say several things without waiting, until all of them have arrived."""
    for text in texts:
        speaker.sends(say(text))
    with suppress(ConnectionError, TimeoutError):
        speaker.client.ping()


@step(
    "Does your process keep texts, and send them again?",
    "deliver sends what the broker brings now. Nothing else is ever sent.",
)
def who_comes_later_hears_what_comes_then(chat: ScaleHarness) -> None:
    """A newcomer receives later messages, and nothing from before."""
    room = word()
    ana = chat.comes("Ana", room)
    everyone_speaks(chat, [ana], ONCE)
    ben = chat.comes("Ben", room, ana, likely=OLD)
    everyone_speaks(chat, [ana, ben], OLD)
    eve = chat.comes("Eve", room, ana, ben, likely=OLD)
    everyone_speaks(chat, [ana, ben, eve], OLD)


OLD = ONCE | {"message": "That was said before. This chat has no history: pass on what comes, keep nothing."}


@step(
    "Three people join at once, and subscribe takes a while. What do the second and the third find?",
    "Look, subscribe and remember inside `async with self.door`, and only if there is none yet.",
    "`if self.here(room) and room not in self.subscriptions: …`",
)
def one_subscription_for_a_room(chat: ScaleHarness) -> None:
    """Three people join a room at once: their process subscribes once, and all receive what is said."""
    chat.homes["Ben"] = FIRST
    line, room = chat.lines[FIRST], word()
    before = line.count()
    people = [chat.guest(name, room) for name in ("Ana", "Ben", "Eve")]
    with line.held():
        at_once(lambda person: person.connects(WELCOME), people)
    for person in people:
        until_heard(person, {"type": "joined", "username": person.username})
    more = line.count() - before
    came = f"is one of three, and the process has {more} subscriptions more than before"
    people[0].must(more <= 1, "and the others share one subscription", came, EACH_ITS_OWN)
    all_hear_at_last(people, word())
    everyone_speaks(chat, people, ONCE)


EACH_ITS_OWN = (
    "One subscription for a process and a room is enough, however many connections there are. Look whether "
    "there is one and subscribe under the same lock, for others come while you wait for the broker."
)
AT_ONCE = WELCOME | {
    "nothing": f"Somebody who came at the same moment is lost. {EACH_ITS_OWN}",
    "twice": f"It comes twice. {EACH_ITS_OWN}",
}


def all_hear_at_last(people: Sequence[SimulatedClient], text: str) -> None:
    """Have the first of the people say something, which all receive when everyone has been announced."""
    people[0].sends(say(text))
    for person in people:
        until_heard(person, {"type": "message", "text": text})


def until_heard(person: SimulatedClient, wanted: Event) -> None:
    """Have a person receive something; before it, people may be announced, once each."""
    announced: list[Event] = []
    while True:
        event = person.next_event(f"{person.name} receives {shown(wanted)}.", AT_ONCE)
        if matches(event, wanted):
            return
        person.must(event.get("type") == "joined", "is told who joins", f"received {dict(event)}")
        person.must(event not in announced, "is told once who joins", "was told twice", AT_ONCE["twice"])
        announced.append(event)


@step(
    "What must happen when the last one here has left?",
    "The other case: nobody is here, and there is a subscription. Take it out, and unsubscribe.",
    "`await self.broker.unsubscribe(self.subscriptions.pop(room))`",
)
def an_empty_room_is_given_up(chat: ScaleHarness) -> None:
    """When the last one has left or vanished, the process ends its subscription, and not before."""
    counts, room = [line.count() for line in chat.lines], word()
    ana, eve, ben = chat.join("Ana", "Eve", "Ben", room=room)
    leaves(eve, [ana, ben])
    everyone_speaks(chat, [ben, ana], TOO_EARLY)
    leaves(ana, [ben])
    gives_up(chat, FIRST, ana, counts[FIRST])
    ana = chat.comes("Ana", room, ben, likely=BACK)
    everyone_speaks(chat, [ben, ana], BACK)
    ben.vanishes()
    ana.hears({"type": "left", "username": ben.username}, GOODBYE)
    gives_up(chat, SECOND, ben, counts[SECOND])
    everyone_speaks(chat, [ana], TOO_EARLY)


TOO_EARLY = ONCE | {"nothing": "Others are still here. Unsubscribe only when the last one has gone."}
BACK = WELCOME | {"nothing": "The room was empty, and people come back: the process subscribes once more."}
KEPT = (
    "When nobody in the room is left on this process, unsubscribe, in `finally`, so that it also happens "
    "when someone vanishes. Otherwise the broker sends every process everything, forever."
)


def leaves(gone: SimulatedClient, others: Sequence[SimulatedClient]) -> None:
    """Have someone leave; the others are told."""
    gone.leaves()
    all_hear(others, {"type": "left", "username": gone.username}, GOODBYE)


def gives_up(chat: ScaleHarness, process: int, last: SimulatedClient, wanted: int) -> None:
    """Wait until a process has as many subscriptions as before someone came."""
    count = chat.lines[process].count(wanted)
    came = f"has gone, and the process has {count - wanted} subscription more than before"
    last.must(count <= wanted, "was the last on this process: it has unsubscribed", came, KEPT)


@step(
    "What does send_text do when the client is gone, and who catches it?",
    "The set of members changes while you wait: `self.here(room)` is a copy of it.",
    "`with suppress(WebSocketDisconnect, RuntimeError): await member.send_text(text)`",
)
def who_vanishes_stops_nobody(chat: ScaleHarness) -> None:
    """Eve vanishes while a message is on its way to her: the others receive it, and all that follows."""
    ana, eve, ben = chat.join("Ana", "Eve", "Ben")
    with chat.slow_lines(SLOWLY):
        said = [word() for _ in range(3)]
        for text in said:
            ben.sends(say(text))
        events = [{"type": "message", "text": text} for text in said]
        ana.hears(events[0], BROKEN)
        eve.vanishes()
        left = {"type": "left", "username": eve.username}
        ana.hears_all([*events[1:], left], BROKEN)
        ben.hears_all([*events, left], BROKEN)
    everyone_speaks(chat, [ben, ana], BROKEN)


BROKEN = GOODBYE | {
    "nothing": "A send to someone who is gone raises WebSocketDisconnect or RuntimeError. If that leaves "
    "deliver, the subscription is dead. Guard each send, and loop over a copy.",
    "message": "The order has changed, or something was left out.",
    "left": "Tell it once, when the connection is over.",
}


EXERCISE = Exercise(
    title="Scale out",
    harness=ScaleHarness,
    seconds=45.0,
    steps=(
        a_process_delivers_once,
        two_processes_hear_each_other,
        only_the_broker_connects,
        rooms_stay_apart,
        the_order_is_kept,
        who_comes_later_hears_what_comes_then,
        one_subscription_for_a_room,
        an_empty_room_is_given_up,
        who_vanishes_stops_nobody,
    ),
    hints=(
        "There are two ways: from a client to the broker, and from the broker to the clients.",
        "tell only publishes, deliver only sends, settle only subscribes and unsubscribes.",
    ),
)
