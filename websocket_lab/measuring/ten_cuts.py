"""Ten cuts into somebody's connection while somebody else writes, and what became of the messages."""

import json
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from websocket_lab.client.live_client import LiveClient
from websocket_lab.client.receive_queue import Message
from websocket_lab.client.until import until
from websocket_lab.panel.client_panel import ClientPanel
from websocket_lab.tap.wire_tap import WireTap


WORDS = ("one", "two", "three")


@dataclass(frozen=True)
class Outcome:
    """Which numbers were written, and which were read."""

    written: Sequence[int]
    read: Sequence[int]

    @property
    def lost(self) -> list[int]:
        """What was written and never read."""
        return sorted(set(self.written) - set(self.read))

    @property
    def doubled(self) -> list[int]:
        """What was read more than once."""
        return [number for number, count in Counter(self.read).items() if count > 1]

    @property
    def is_in_order(self) -> bool:
        """Whether a later message was never read before an earlier one."""
        return list(self.read) == sorted(self.read)

    def __repr__(self) -> str:
        """Return the count in words."""
        order = "in order" if self.is_in_order else "out of order"
        return f"{len(self.written)} written: {len(self.lost)} lost, {len(self.doubled)} doubled, {order}"


async def ten_cuts(
    tap: WireTap, writer: LiveClient | ClientPanel, readers: AbstractSet[object], numbers: list[int]
) -> Outcome:
    """Pull Ana's cable ten times, write three messages, and cut it; then see what comes to be in `numbers`.

    Args:
        tap: The tap that Ana's connection runs through.
        writer: Who writes; the server answers it with each message's number.
        readers: The connections that the server knows, Ana's alone.
        numbers: Where Ana notes what she reads; it is emptied first.
    """
    numbers.clear()
    written: list[int] = []
    known: set[object] = set()
    for cut in range(1, 11):
        known = await _with_newcomer(readers, known)
        tap.freeze(name="Ana")
        written += [_write(writer, f"{word}, before cut {cut}") for word in WORDS]
        tap.cut("Ana")
        tap.thaw(name="Ana")
    await _with_newcomer(readers, known)
    written.append(_write(writer, "the last"))
    await until(lambda: written[-1] in numbers)
    return Outcome(written, list(numbers))


async def _with_newcomer(readers: AbstractSet[object], known: set[object]) -> set[object]:
    # Those who were known stay in the set, so that no newcomer is taken for one of them.
    await until(lambda: set(readers) - known)
    return known | set(readers)


def _write(writer: LiveClient | ClientPanel, text: str) -> int:
    def answers(message: Message) -> bool:
        return bool(json.loads(message)["text"] == text)

    writer.send(text)
    return int(json.loads(writer.wait_for(answers))["id"])
