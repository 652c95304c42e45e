"""Newcomers who join while somebody speaks: what they hear is complete, and nothing comes twice."""

from websocket_lab.checking.chat_bench import NOBODY_IN
from websocket_lab.checking.history_bench import NO_HISTORY, TalkingRoom
from websocket_lab.checking.person import Person


def joins_late(room: TalkingRoom, name: str, speaker: Person, heard: list[str]) -> Person:
    """Return someone who joins as soon as the speaker has heard some messages."""
    for text in heard:
        speaker.hears({"type": "message", "text": text})
    newcomer = room.guest(name)
    newcomer.connects(NOBODY_IN)
    return newcomer


def hears_each_once(newcomer: Person, texts: list[str]) -> None:
    """Have a newcomer hear each of the texts once, in order."""
    history = newcomer.hears({"type": "history"}, NO_HISTORY)
    heard = [str(message.get("text")) for message in history["messages"]]
    while len(heard) < len(texts):
        came = newcomer.next_event(f"{newcomer.name} hears all {len(texts)} messages.", {"nothing": LOST})
        heard += [str(came.get("text"))] if came["type"] == "message" else []
    doubled = len(set(heard)) < len(heard)
    numbers = " ".join(text.partition(" ")[0] for text in heard)
    wanted = f"hears messages 1 to {len(texts)}, each once"
    newcomer.must(heard == texts, wanted, f"heard {numbers}", DOUBLED if doubled else LOST)


LOST = (
    "A message was lost for someone who joined at that moment. In said, remember it before you pass it on; "
    "when someone joins, let no await stand between entering the room and making the history."
)
DOUBLED = (
    "A message came in the history and once more after it. In said, let no await stand between "
    "remembering it and passing it on."
)
