"""The check of lesson 4's your-turn: a broadcast to everyone but the speaker, which no client can break."""

from collections.abc import Sequence
from contextlib import suppress

from websocket_lab.client.connection_state import ConnectionEnded
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import word
from websocket_lab.grading.simulated_client import Causes
from websocket_lab.grading.text_client import TextClient
from websocket_lab.grading.text_harness import TextHarness


# Seconds that each message takes on its way, so that a client can vanish during a broadcast.
ON_THE_WAY = 0.4


class Room(TextHarness):
    """A server under check that passes each text on; each step begins with an empty room."""

    def join(self, *names: str) -> list[TextClient]:
        """Return people who are connected, in this order."""
        return [self.enter(name) for name in names]

    def next_step(self) -> None:
        """Have everyone leave."""
        for person in self.people:
            with suppress(ConnectionEnded):
                person.leaves()
        super().next_step()


def says(speaker: TextClient, hearers: Sequence[TextClient], likely: Causes) -> str:
    """Have someone say something that each of the receivers receives next; return it."""
    speaker.sends(text := word(), likely)
    for hearer in hearers:
        hearer.hears_text(text, likely)
    return text


@step()
def the_others_hear(room: Room) -> None:
    """Everyone else receives each text once, in order."""
    ana, ben, eve = room.join("Ana", "Ben", "Eve")
    for _ in range(3):
        says(ana, [ben, eve], TO_OTHERS)


TO_OTHERS = {
    "nothing": "Send the message to each connection in `self.active_connections` but the speaker's.",
    "other": "Send the message as it came.",
    "twice": "Someone receives the same text twice. Send it once to each.",
    "closed": "The endpoint ended with an exception. Does the last line of what your code raised say which?",
}


@step(
    "Which connection is the speaker's? Leave it out of the sends, and keep it in the set.",
    "`others = self.active_connections - {speaker}`",
)
def the_speaker_hears_nothing(room: Room) -> None:
    """Ana does not receive her own texts, but still receives Ben's."""
    ana, ben = room.join("Ana", "Ben")
    for _ in range(2):
        said = says(ana, [ben], TO_OTHERS)
        says(ben, [ana], STILL_ON_THE_LIST | {said: ECHOED})


ECHOED = "Ana receives her own text. Leave out the connection that is the `speaker`."
STILL_ON_THE_LIST = {
    "nothing": "Ana no longer receives what others say. Leave her out of this broadcast, not of the set.",
    "closed": TO_OTHERS["closed"],
}


@step(
    "Whose broadcasts run while the speaker is not in the set?",
    "Leave the set as it is: `others = self.active_connections - {speaker}` is a new one.",
)
def two_speak_at_once(room: Room) -> None:
    """Ana and Ben send at the same moment: each receives the other's text."""
    ana, ben = room.join("Ana", "Ben")
    with room.slow_lines(ON_THE_WAY):
        texts = {speaker.name: word() for speaker in (ana, ben)}
        for speaker in (ana, ben):
            speaker.sends(texts[speaker.name], TO_OTHERS)
        ben.hears_text(texts["Ana"], OFF_FOR_A_WHILE)
        ana.hears_text(texts["Ben"], OFF_FOR_A_WHILE)


OFF_FOR_A_WHILE = {
    "nothing": "While a text is on its way, others send, too. Never take the speaker off the set.",
    "closed": TO_OTHERS["closed"],
}


@step(
    "Which of the four rules does your broadcast break?",
    "`send_text` raises if a client is gone; `self.send_personal_message` does not.",
    "`await asyncio.gather(*[self.send_personal_message(message, other) for other in others])`",
)
def a_client_that_vanishes_harms_nobody(room: Room) -> None:
    """Eve vanishes while a text is on its way: Ben receives it, and Ana stays connected."""
    eve, ben, ana = room.join("Eve", "Ben", "Ana")
    with room.slow_lines(ON_THE_WAY):
        ana.sends(text := word())
        eve.vanishes()
        ben.hears_text(text, UNGUARDED)
    says(ana, [ben], UNGUARDED)
    says(ben, [ana], UNGUARDED)


BROKEN = (
    "A send to Eve failed, or the set changed under a loop: that ended the broadcast, and Ana's endpoint. "
    "Send with `self.send_personal_message`, which guards each send, and loop over a copy of the set."
)
UNGUARDED = {"nothing": BROKEN, "closed": BROKEN}


EXERCISE = Exercise(
    title="Everyone but the speaker",
    harness=Room,
    steps=(
        the_others_hear,
        the_speaker_hears_nothing,
        two_speak_at_once,
        a_client_that_vanishes_harms_nobody,
    ),
    hints=(
        "`broadcast`, above, sends to all. Yours does the same with a smaller set.",
        "`self.active_connections - {speaker}` is a new set: everyone but the speaker.",
        "`others = self.active_connections - {speaker}`, and then `broadcast`'s line for `others`.",
    ),
    seconds=20.0,
    # Who sends late does not send at the same moment.
    is_timed=True,
)
