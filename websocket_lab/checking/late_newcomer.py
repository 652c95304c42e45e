"""Newcomers who join while somebody speaks: what they hear is complete, and nothing comes twice."""

from collections.abc import Sequence

from websocket_lab.checking.chat_bench import NOBODY_IN
from websocket_lab.checking.history_bench import NO_HISTORY, NOT_PASSED_ON, TalkingRoom, hears_next
from websocket_lab.checking.person import Person


def joins_late(room: TalkingRoom, name: str, speaker: Person, heard: list[str]) -> Person:
    """Return someone who joins as soon as the speaker has heard some messages."""
    hears_texts(speaker, heard)
    newcomer = room.guest(name)
    newcomer.connects(NOBODY_IN)
    return newcomer


def hears_texts(speaker: Person, texts: Sequence[str]) -> None:
    """Have a speaker hear what was said; who joins meanwhile is of no importance."""
    for text in texts:
        hears_next(speaker, {"type": "message", "text": text}, NOT_PASSED_ON)


def hears_each_once(newcomer: Person, texts: list[str]) -> None:
    """Have a newcomer hear each of the texts once, in order."""
    history = newcomer.hears({"type": "history"}, NO_HISTORY)
    heard = [str(message.get("text")) for message in history["messages"]]
    wanted = f"hears messages 1 to {len(texts)}, each once"
    while texts[-1] not in heard:
        came = newcomer.next_event(f"{newcomer.name} {wanted}.", {"nothing": LOST})
        heard += [str(came.get("text"))] if came["type"] == "message" else []
    doubled = len(set(heard)) < len(heard)
    numbers = " ".join(text.partition(" ")[0] for text in heard)
    newcomer.must(heard == texts, wanted, f"heard {numbers}", DOUBLED if doubled else LOST)


LOST = (
    "A message was lost for someone who joined at that moment. In said, remember it before you pass it on; "
    "when someone joins, let no await stand between making the history and entering the room."
)
DOUBLED = (
    "A message came in the history and once more after it. In said, let no await stand between "
    "remembering it and passing it on; when someone joins, none between entering the room and making the "
    "history."
)
