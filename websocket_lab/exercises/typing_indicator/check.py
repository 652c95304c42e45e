"""The check of “Typing indicator”: others see who is typing, until they send, leave or pause for 3 s."""

from websocket_lab.exercises.typing_indicator.harness import TYPING, TypingChat, left, message, typing
from websocket_lab.grading.chat_harness import say
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import word


@step(
    "How does stop know that somebody was typing?",
    "Someone typing has an entry in `self.waiting`; without one, stop has nothing to do.",
    "`task = self.waiting.pop(member, None)` does both, asking and forgetting.",
)
def nothing_without_typing(chat: TypingChat) -> None:
    """Someone who has not typed has nothing to stop: her messages and goodbye say nothing about typing."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    chat.nobody_hears_more(ana, ben, eve, likely=NO_TYPING)
    ana.leaves()
    ben.hears(left(ana), NO_TYPING)
    chat.nobody_hears_more(ben, likely=NO_TYPING)


NO_TYPING = {
    "typing": "Nobody had typed. Send `active: false` only for someone whose `active: true` you have sent.",
    "nothing": "A message goes to the whole room, as before. Does `said` still call super().said?",
    "closed": "Your handler ended with an exception. Look up who may be missing with .get or .pop(…, None).",
}


@step(
    "What tells a first sign of typing from a further one?",
    "On the first sign there is no task for the member yet: only then tell the others.",
    "`await self.show(member, active=True)`, in the branch where member is not in `self.waiting`.",
)
def the_others_hear_it_once(chat: TypingChat) -> None:
    """However often Ana types, Ben and Eve receive it once, and Ana receives nothing of it."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    chat.types_and_is_seen(ana, ben, eve, likely=FIRST_SIGN)
    ana.sends(TYPING)
    ana.sends(TYPING)
    # Her own words would end her typing: Ben's tell that there was nothing more.
    chat.goes_on_typing(ana, ben, eve, likely=ONCE)
    ana.hears_nothing_before({"type": "message", "from": ben.username}, ECHO)


FIRST_SIGN = {
    "nothing": "When someone begins to type, tell the others: self.show(member, active=True), awaited.",
    "typing": "Look at the fields: username is who types, and active is true, without quotes.",
    "error": "The action is called typing.",
    "closed": "Your handler ended with an exception. Is the member's task looked up before there is one?",
}
ONCE = {
    "twice": "The others know that she is typing: tell them only when there is no task for her yet.",
    "typing": "Ana goes on typing, so there is nothing to tell the others.",
    "nothing": "Does the handler wait three seconds? Meanwhile it reads nothing: start a task that waits.",
    "closed": "Your handler ended with an exception at the second `typing`.",
}
ECHO = {"typing": "The person typing knows it. Tell the others, not the room: tell_others(event, member)."}


@step(
    "said calls stop. Which three things must stop do?",
    "Forget the member's task, cancel it, tell the others: at once, so no handler may await the sleep.",
    "`self.waiting.pop(member)`, cancel that task, and then `await self.show(member, active=False)`.",
)
def a_message_ends_it(chat: TypingChat) -> None:
    """As soon as Ana says something, the others are told that she stopped; then she may type again."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    for text in (word(), word()):
        chat.types_and_is_seen(ana, ben, eve, likely=ANEW)
        ana.sends(say(text))
        for other in (ben, eve):
            other.hears_all([typing(ana, False), message(ana, text)], AT_ONCE)
        ana.hears(message(ana, text), ECHO)
    chat.nobody_hears_more(eve, ben, ana, likely=AT_ONCE)


ANEW = {
    "nothing": "A message ends her typing: forget her task, so that the next `typing` is a first one.",
    "typing": "A message ends her typing: the next `typing` is a first one, with active true.",
}
AT_ONCE = {
    "nothing": "A message ends the typing at once: call stop before you pass it on. A handler that awaits "
    "the three seconds reads nothing meanwhile: start a task that waits.",
    "twice": "It is said twice that she stopped. Forget her when you say it.",
    "typing": "When she says something, tell the others `active: false`, once.",
    "closed": "Your handler ended with an exception when someone spoke while typing.",
}


@step(
    "left calls stop. Does it find the member's task?",
    "Use the same key everywhere, the member, and tell the others when you have found a task.",
)
def leaving_ends_it(chat: TypingChat) -> None:
    """When Ana leaves while she types, or vanishes, the others are told that she stopped."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    chat.types_and_is_seen(ana, ben, eve, likely=FIRST_SIGN)
    ana.leaves()
    for other in (ben, eve):
        other.hears_all([typing(ana, False), left(ana)], GONE)
    chat.types_and_is_seen(eve, ben, likely=FIRST_SIGN)
    eve.vanishes()
    ben.hears_all([typing(eve, False), left(eve)], GONE)
    chat.nobody_hears_more(ben, likely=GONE)


GONE = {
    "nothing": "Someone who left is not typing: call stop in `left`; it runs however the connection ends.",
    "twice": "It is said twice that she stopped. Forget her when you say it.",
    "typing": "When someone leaves while typing, tell the others `active: false`, once.",
}


@step(
    "Which clients are “the others”?",
    "`self.tell_others(event, member)` reaches the others in the member's own room, and no one else.",
)
def rooms_are_apart(chat: TypingChat) -> None:
    """Someone typing in one room is not seen in another."""
    ana, ben = chat.join("Ana", "Ben")
    (eve,) = chat.join("Eve")
    chat.types_and_is_seen(ana, ben, likely=FIRST_SIGN)
    eve.sends(TYPING)
    chat.nobody_hears_more(eve, likely=OTHER_ROOM)
    chat.goes_on_typing(ana, ben, ana, likely=OTHER_ROOM)


OTHER_ROOM = {
    "typing": "It arrives in another room. tell_others reaches the others in the member's own room."
}


@step(
    "What must happen when the three seconds are over, and nobody has cancelled the task?",
    "wait sleeps, forgets the member, tells the others. It must not cancel itself on the way.",
    "`await asyncio.sleep(SECONDS)`, `del self.waiting[member]`, `await self.show(member, active=False)`",
)
def silence_ends_it(chat: TypingChat) -> None:
    """Three seconds after Ana's last sign of typing, Ben is told that she stopped."""
    ana, ben = chat.watch(chat.rooms.silent)
    ben.hears(typing(ana, True), FIRST_SIGN)
    chat.stops_in_time(ana, ben, likely=SILENCE)
    chat.nobody_hears_more(ben, ana, likely=SILENCE)


SILENCE = {
    "nothing": "Nobody says that she stopped. Does a task sleep, then tell? Is it cancelled by itself, "
    "or by somebody else's typing?",
    "early": "That is too early: the silence lasts three seconds.",
    **dict.fromkeys(("typing", "twice"), "After three seconds, tell the others `active: false`, once."),
}


@step(
    "Which tasks of the member are asleep after the second sign?",
    "A further sign cancels the task that waits and starts another.",
    "`self.waiting[member].cancel()`, then a new task of `self.wait(member)`, kept in the same place.",
)
def typing_on_starts_anew(chat: TypingChat) -> None:
    """Each further sign of typing restarts the three seconds."""
    ana, ben = chat.watch(chat.rooms.going_on)
    ben.hears(typing(ana, True), FIRST_SIGN)
    chat.stops_in_time(ana, ben, likely=NEW_START)
    chat.nobody_hears_more(ben, ana, likely=NEW_START)


RAN_ON = "The three seconds of an earlier sign ran on. At each sign, cancel the old task and start a new one."
NEW_START = {
    "nothing": "When she types on, cancel the old task and start another. Is the new one missing?",
    **dict.fromkeys(("early", "typing", "twice"), RAN_ON),
}


@step(
    "How many tasks sleep while two people type?",
    "One variable is not enough: keep one task for each member, in `self.waiting`.",
)
def two_typists_at_once(chat: TypingChat) -> None:
    """Ana and Ben type at the same time: each is seen, and each has three seconds of their own."""
    ana, ben, eve = chat.watch(chat.rooms.two_typists)
    eve.hears_all([typing(ana, True), typing(ben, True)], EACH)
    ana.hears(typing(ben, True), EACH)
    ben.hears(typing(ana, True), EACH)
    chat.stops_in_time(ana, eve, ben, likely=EACH)
    chat.stops_in_time(ben, eve, ana, likely=EACH)
    chat.nobody_hears_more(eve, ana, ben, likely=EACH)


MIXED_UP = "Two people's typing is mixed up. Keep a task for each member: a dict from member to task."
EACH = dict.fromkeys(("nothing", "early", "typing", "twice"), MIXED_UP)


@step(
    "What does the sleeping task do after the message has gone out?",
    "Forgetting a task does not end it: it sleeps on, and speaks when it wakes.",
    "`task.cancel()`, in stop, before you tell the others.",
)
def nothing_comes_late(chat: TypingChat) -> None:
    """A message and a goodbye cancel the three seconds: nothing comes of them later."""
    ana, ben, eve = chat.watch(chat.rooms.with_words)
    words = [{"type": "message", "from": person.username} for person in (ana, ben)]
    began_and_stopped = [typing(person, active) for person in (ana, ben) for active in (True, False)]
    eve.hears_all([*began_and_stopped, *words], LATE)
    chat.types_anew(ben, eve, likely=LATE)

    ana, ben, eve, ana_again = chat.watch(chat.rooms.left_early)
    ben.hears_all([typing(eve, False), left(eve)], LATE)
    ben.hears({"type": "joined", "username": ana.username}, LATE)
    chat.types_anew(ana_again, ben, likely=LATE)


OLD_TASK = "The three seconds from before a message or a goodbye kept running. Cancel the task in stop."
LATE = {
    "nothing": "Someone who types again after a message, or after coming back, has three new seconds.",
    **dict.fromkeys(("early", "typing", "twice"), OLD_TASK),
}


EXERCISE = Exercise(
    title="Typing indicator",
    harness=TypingChat,
    seconds=45.0,
    steps=(
        nothing_without_typing,
        the_others_hear_it_once,
        a_message_ends_it,
        leaving_ends_it,
        rooms_are_apart,
        silence_ends_it,
        typing_on_starts_anew,
        two_typists_at_once,
        nothing_comes_late,
    ),
    hints=(
        "A dict from each member who types to the task that waits tells you who types, and what to cancel.",
        "`asyncio.create_task(self.wait(member))` lets three seconds pass while the handler reads on.",
        "A task that is cancelled does not reach the line after its await.",
    ),
)
