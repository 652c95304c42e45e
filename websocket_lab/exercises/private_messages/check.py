"""The check of “Private messages”: a private message reaches its sender and its receiver, and nobody else."""

from websocket_lab.grading.chat_harness import ChatHarness, say
from websocket_lab.grading.event import Event
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import all_hear, word
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


class PrivateChat(ChatHarness):
    """A chat with private messages under check."""

    vocabulary = ChatHarness.vocabulary | {"private"}


def whisper(sender: SimulatedClient, receiver: SimulatedClient, text: str, likely: Causes) -> None:
    """Have the sender send a private message, which both must receive next."""
    sender.sends(say(f"/pm {receiver.username} {text}"))
    event = {"type": "private", "from": sender.username, "to": receiver.username, "text": text}
    all_hear([sender, receiver], event, likely)


def error(code: str) -> Event:
    """Return the error that a wrong command must get."""
    return {"type": "error", "code": code}


NO_WHISPER = {
    "nothing": "A private message goes to two people: to its receiver and, as a copy, to its sender.",
    "message": "Your server passes the command on as an ordinary message. Look for /pm first, at its start.",
    "error": "Your server does not find the receiver. Compare the name without the blanks around it.",
    "private": "Look at the fields: from is the sender, to the receiver, text all that follows the name.",
    "closed": "Your handler ended. An exception, or a return too early, closes the connection.",
}
LEAK = {
    "private": "Others receive it, too. Send it to two people, not to the room.",
    "message": "It is passed on to the room as well. After a private message, return.",
    "twice": "Somebody gets it twice. Send it once to the receiver and once to the sender.",
    "error": "An error goes to the one who made the mistake, and to nobody else.",
}


@step(
    "What happens with a text that does not start with /pm?",
    "Hand it on to what the chat did so far: `await super().said(member, text)`.",
)
def everyone_hears_a_message(chat: PrivateChat) -> None:
    """An ordinary message reaches everyone in the room, once."""
    people = chat.join("Ana", "Ben", "Eve")
    chat.nobody_hears_more(*people, likely=NO_COMMAND)
    chat.nobody_hears_more(*reversed(people), likely=NO_COMMAND)


NO_COMMAND = {
    "nothing": "A text without /pm at its start goes to the room, as before.",
    "error": "A text without /pm at its start is no command: it goes to the room, as before.",
    "private": "A text without /pm at its start is no command: it goes to the room, as before.",
    "closed": "Your handler ended with an exception at a text that is no command.",
}


@step(
    "Which two people should receive the event, and how does the server find each?",
    "`self.tell_user(event, name)` sends to whoever holds the name.",
    'The event is {"type": "private", "from": member.username, "to": name, "text": words}.',
)
def two_people_hear_it(chat: PrivateChat) -> None:
    """A private message reaches its receiver, and its sender gets a copy."""
    ana, ben, _ = chat.join("Ana", "Ben", "Eve")
    whisper(ana, ben, word(), NO_WHISPER)


@step(
    "What does your function do after it has sent the private message?",
    "Put a return behind it, or an else in front of the ordinary message.",
)
def nobody_else_hears_it(chat: PrivateChat) -> None:
    """Eve receives nothing of it, and nobody gets it twice."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    whisper(ana, ben, word(), NO_WHISPER)
    chat.nobody_hears_more(eve, ben, ana, likely=LEAK)


@step(
    "What does `split()` do with a text of five words?",
    "`text.split(maxsplit=2)` gives three parts at most; the last one keeps its blanks.",
)
def all_words_arrive(chat: PrivateChat) -> None:
    """Everything behind the name is the text: several words, and blanks between them."""
    ana, ben = chat.join("Ana", "Ben")
    cut = "The text is cut or changed. Split twice only: text.split(maxsplit=2)."
    whisper(ana, ben, f"{word()} and  {word()} /pm {word()}", NO_WHISPER | {"private": cut})


@step(
    "How can the server know that nobody holds a name?",
    "The names are the keys of `self.manager.users`.",
    '`await self.tell({"type": "error", "code": "unknown_user", "detail": "…"}, member)`',
)
def an_unknown_user_is_an_error(chat: PrivateChat) -> None:
    """A private message to nobody gets Ana, and only her, the error unknown_user."""
    ana, ben = chat.join("Ana", "Ben")
    ana.sends(say(f"/pm {word()} {word()}"))
    ana.hears(error("unknown_user"), UNKNOWN_USER)
    chat.nobody_hears_more(ana, ben, likely=LEAK)


UNKNOWN_USER = {
    "nothing": "When nobody has that name, tell the sender: an error with the code unknown_user.",
    "message": "Your server passes the command on as an ordinary message.",
    "private": "Nobody has that name, so there is nobody to send it to. Look before you send.",
    "error": "The code for a name that nobody has is unknown_user.",
    "closed": "Looking up a name that is not there must not end the connection. Look with `in` first.",
}


@step(
    "How many parts does “/pm ben” have?",
    "If `len(parts) < 3`, send the error bad_command and return.",
)
def a_missing_text_is_an_error(chat: PrivateChat) -> None:
    """Without a text, or without a name, Ana, and only she, gets the error bad_command."""
    ana, ben = chat.join("Ana", "Ben")
    for command in (f"/pm {ben.username}", "/pm"):
        ana.sends(say(command))
        ana.hears(error("bad_command"), BAD_COMMAND)
    chat.nobody_hears_more(ana, ben, likely=LEAK)


BAD_COMMAND = {
    "nothing": "When a part is missing, tell the sender: an error with the code bad_command.",
    "message": "Your server passes the broken command on as an ordinary message. It starts with /pm, too.",
    "private": "There is no text to send. Count the parts first: /pm, a name, a text.",
    "error": "The code for a command that lacks its name or its text is bad_command.",
    "closed": "Unpacking too few parts raises a ValueError, which ends the connection. Count them first.",
}


@step(
    "Where does your server remember names, and when does it forget them?",
    "`self.manager.users` forgets a name when its client leaves; a dict of your own must, too.",
)
def who_has_left_is_unknown(chat: PrivateChat) -> None:
    """Someone who has left or vanished gets no private message: its sender gets unknown_user."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    ben.leaves()
    all_hear([ana, eve], {"type": "left", "username": ben.username}, STILL_THERE)
    eve.vanishes()
    ana.hears({"type": "left", "username": eve.username}, STILL_THERE)
    for gone in (ben, eve):
        ana.sends(say(f"/pm {gone.username} {word()}"))
        ana.hears(error("unknown_user"), STILL_THERE)
    chat.nobody_hears_more(ana)


STILL_THERE = {
    "nothing": "Is someone who has left forgotten, also when there was no goodbye? Forget them in `finally`.",
    "private": "Your server still has the name of someone who has left. Forget it in `finally`.",
    "error": "Nobody has this name any more: the code is unknown_user.",
    "closed": "Sending to someone who has left raises an exception. It must not end the sender's handler.",
}


@step(
    "Is there a variable that two people share while a message is on its way?",
    "Keep what belongs to one message in local variables.",
)
def two_pairs_at_once(chat: PrivateChat) -> None:
    """Two people who write to each other at once receive both messages, once each."""
    ana, ben, eve = chat.join("Ana", "Ben", "Eve")
    texts = {ana: word(), ben: word()}
    ana.sends(say(f"/pm {ben.username} {texts[ana]}"))
    ben.sends(say(f"/pm {ana.username} {texts[ben]}"))
    for person in (ana, ben):
        heard = sorted(str(person.hears({"type": "private"}, NO_WHISPER).get("text")) for _ in texts)
        wanted = "receives both messages, once each"
        person.must(heard == sorted(texts.values()), wanted, f"received {heard}", NO_WHISPER["private"])
    chat.nobody_hears_more(ana, ben, eve, likely=LEAK)


EXERCISE = Exercise(
    title="Private messages",
    harness=PrivateChat,
    steps=(
        everyone_hears_a_message,
        two_people_hear_it,
        nobody_else_hears_it,
        all_words_arrive,
        an_unknown_user_is_an_error,
        a_missing_text_is_an_error,
        who_has_left_is_unknown,
        two_pairs_at_once,
    ),
    hints=(
        "whisper gets the whole text, such as “/pm ben hello there”. Of which three parts is it made?",
        "`text.split(maxsplit=2)` gives the parts. If one is missing, send an error; else call deliver.",
        "In deliver, two calls of tell_user send one event to two people.",
    ),
)
