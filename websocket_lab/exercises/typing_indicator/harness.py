"""The harness of the typing indicator: a chat, and rooms in which three seconds pass once for all."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from websocket_lab.grading.chat_harness import ChatHarness, say
from websocket_lab.grading.event import Event
from websocket_lab.grading.mismatch import Mismatch, TooSlow
from websocket_lab.grading.simulated_client import Causes, SimulatedClient, cause_of
from websocket_lab.grading.stall_watch import undisturbed
from websocket_lab.grading.timing import Patience, first_time, last_time, seconds_between


# Seconds after the last sign of typing. A right timer is never early; on a busy machine it is late.
EARLIEST = 2.8
LATEST = 4.0
# A moment in which the whole machine stands still makes nobody impatient, and still this is too late.
MUCH_TOO_LATE = 4.7
LATER = 0.5
MUCH_LATER = 1.0
UNTIL_ALL_HAVE_STOPPED = 3.2
TYPING = {"action": "typing"}
People = list[SimulatedClient]


def typing(person: SimulatedClient, active: bool) -> Event:
    """Return what the others receive when someone begins to type, or stops."""
    return {"type": "typing", "username": person.username, "active": active}


def left(person: SimulatedClient) -> Event:
    """Return what the others receive when someone has left."""
    return {"type": "left", "username": person.username}


def message(person: SimulatedClient, text: str) -> Event:
    """Return what the room receives when someone has said something."""
    return {"type": "message", "from": person.username, "text": text}


@dataclass(frozen=True)
class Rooms:
    """Rooms in which time passes; each has a list of its people."""

    silent: People
    going_on: People
    two_typists: People
    with_words: People
    left_early: People


class TypingChat(ChatHarness):
    """A chat that shows who is typing under check."""

    vocabulary = ChatHarness.vocabulary | {"typing"}

    def watch(self, people: People) -> People:
        """Return the people of one room, and show no others in the picture."""
        self.people = people
        return people

    def types_and_is_seen(self, typist: SimulatedClient, *others: SimulatedClient, likely: Causes) -> None:
        """Have someone type, which each of the others must receive next."""
        typist.sends(TYPING)
        for other in others:
            other.hears(typing(typist, True), likely)

    def goes_on_typing(self, typist: SimulatedClient, *others: SimulatedClient, likely: Causes) -> None:
        """Have the others receive nothing more, of the typist neither; the first of them says something."""
        began = next(moment for moment, value in typist.sent if value == TYPING)
        try:
            self.nobody_hears_more(*others, likely=likely)
        except Mismatch as mismatch:
            # By now the three seconds may be over.
            if mismatch.message and seconds_between(began, datetime.now()) >= EARLIEST:
                raise TooSlow from None
            raise

    def stops_in_time(self, typist: SimulatedClient, *others: SimulatedClient, likely: Causes) -> None:
        """Have the others told next that someone stopped, three seconds after the last sign of typing."""
        stop = typing(typist, False)
        # Between these two the server has received the last sign of typing.
        before = next(moment for moment, value in reversed(typist.sent) if value == TYPING)
        sent = last_time(typist.client, "sent", TYPING)
        for other in others:
            other.hears(stop, likely, Patience(LATEST, seconds_between(sent, datetime.now())))
            began = last_time(other.client, "received", typing(typist, True))
            stopped = first_time(other.client, "received", stop, began)
            most, least = seconds_between(before, stopped), seconds_between(max(sent, began), stopped)
            wanted = f"is told that {typist.name} stopped three seconds after her last typing"
            other.must(most >= EARLIEST, wanted, f"was told after {most:.1f} s", cause_of("early", likely))
            late = f"was told after {least:.1f} s"
            other.must(least <= MUCH_TOO_LATE, wanted, late, cause_of("nothing", likely))

    def types_anew(self, typist: SimulatedClient, listener: SimulatedClient, *, likely: Causes) -> None:
        """Have someone told that the typist typed once more, stopped in time, and that this was all."""
        listener.hears(typing(typist, True), likely)
        self.stops_in_time(typist, listener, likely=likely)
        self.nobody_hears_more(listener, likely=likely)

    @cached_property
    def rooms(self) -> Rooms:
        """Rooms in which people typed, and then time has passed: it passes once, for all of them."""
        return undisturbed(self._play)

    def _play(self) -> Rooms:
        self.begin_scene()
        rooms = Rooms(
            self.join("Ana", "Ben"),
            self.join("Ana", "Ben"),
            self.join("Ana", "Ben", "Eve"),
            self.join("Ana", "Ben", "Eve"),
            self.join("Ana", "Ben", "Eve"),
        )
        self._begin(rooms)
        time.sleep(LATER)
        _type(rooms.going_on[0], rooms.two_typists[1])
        time.sleep(MUCH_LATER - LATER)
        _type(rooms.going_on[0], rooms.with_words[1])
        self._return(rooms.left_early)
        time.sleep(UNTIL_ALL_HAVE_STOPPED)
        return rooms

    def _begin(self, rooms: Rooms) -> None:
        _type(rooms.silent[0], rooms.going_on[0], rooms.two_typists[0])
        for speaker in rooms.with_words[:2]:
            _type(speaker)
            speaker.sends(say("Done."))

        ana, ben, eve = rooms.left_early
        self.types_and_is_seen(ana, ben, likely={})
        ana.leaves()
        _type(eve)
        # A reset would overtake what the server has not read.
        ben.hears_all([typing(ana, False), left(ana), typing(eve, True)])
        eve.vanishes()

    def _return(self, people: People) -> None:
        ana, *_ = people
        room = ana.client.url.split("/")[-2]
        again = self.person(f"/ws/chat/{room}/{ana.username}", "Ana", ana.username)
        again.connects()
        _type(again)
        people.append(again)


def _type(*people: SimulatedClient) -> None:
    for person in people:
        person.sends(TYPING)
