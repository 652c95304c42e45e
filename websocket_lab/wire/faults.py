"""The faults that a tap can make, for one client or for all, future ones too."""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal


Direction = Literal["both", "to_server", "to_client"]
FaultName = Literal["freeze", "delay", "split", "drop_after"]

WAYS: dict[Direction, tuple[bool, ...]] = {
    "both": (True, False),
    "to_server": (True,),
    "to_client": (False,),
}
WAY_WORDS: dict[Direction, str] = {"both": "", "to_server": " to the server", "to_client": " to the client"}
CUT = "cut: TCP reset to both sides"


@dataclass(eq=False)
class Order:
    """One fault, ordered for one client or for all (`name` is None).

    Args:
        fault: What is to happen.
        value: How much of it; None ends the fault.
        words: The same for a person.
        name: For whom.
    """

    fault: FaultName
    value: float | None
    words: str
    name: str | None
    shown_to: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Conditions:
    """What one direction of one connection suffers from."""

    is_frozen: bool = False
    delay: float = 0.0
    split: int = 0
    drop_after: Order | None = None

    @property
    def are_clear(self) -> bool:
        """Whether nothing holds anything back."""
        return not (self.is_frozen or self.delay or self.split)


class FaultBook:
    """The orders that stand: of one fault in one direction, the last one counts."""

    def __init__(self) -> None:
        self._orders: dict[tuple[FaultName, bool, str | None], Order] = {}

    def add(self, order: Order, direction: Direction) -> None:
        """Let an order stand; one for all takes back what was ordered for single clients."""
        if direction not in WAYS:
            raise ValueError(f"{direction!r} is not a direction. Choose one of: {', '.join(WAYS)}.")
        for way in WAYS[direction]:
            if order.name is None:
                self._forget(order.fault, way)
            self._orders[order.fault, way, order.name] = order

    def conditions(self, to_server: bool, names: Collection[str]) -> Conditions:
        """Return what a client with these names suffers from in one direction."""
        found = {order.fault: order for order in self._for(to_server, names)}
        values = {fault: order.value or 0 for fault, order in found.items()}
        return Conditions(
            is_frozen=bool(values.get("freeze")),
            delay=float(values.get("delay", 0)),
            split=int(values.get("split", 0)),
            drop_after=found.get("drop_after"),
        )

    def standing(self, names: Collection[str]) -> list[Order]:
        """Return the orders that such a client suffers from."""
        both = [*self._for(True, names), *self._for(False, names)]
        return list(dict.fromkeys(order for order in both if order.value is not None))

    def _for(self, to_server: bool, names: Collection[str]) -> Iterator[Order]:
        for (_, way, name), order in self._orders.items():
            if way == to_server and name is None:
                yield order
        # A client's own orders come last, so that they count.
        for (_, way, name), order in self._orders.items():
            if way == to_server and name in names:
                yield order

    def _forget(self, fault: FaultName, way: bool) -> None:
        for key in [key for key in self._orders if key[:2] == (fault, way)]:
            del self._orders[key]


class WireFaults(ABC):
    """The faults as methods; each shows in the diagram, and stands until it is taken back.

    `name` is a client's name or the name of its lane; None means everyone.
    `direction` is "both", "to_server" or "to_client".
    """

    def freeze(self, direction: Direction = "both", name: str | None = None) -> None:
        """Let nothing pass, as a pulled cable does: neither side is told."""
        words = "cable pulled: nothing passes" + WAY_WORDS.get(direction, "")
        self._order("freeze", 1, words, direction, name)

    def thaw(self, direction: Direction = "both", name: str | None = None) -> None:
        """Let everything pass again, first what was kept back."""
        words = "cable plugged in: all passes" + WAY_WORDS.get(direction, "")
        self._order("freeze", None, words, direction, name)

    def delay(self, seconds: float, direction: Direction = "both", name: str | None = None) -> None:
        """Let everything arrive so many seconds later; 0 takes it back."""
        if not isinstance(seconds, int | float) or not math.isfinite(seconds):
            raise ValueError(f"A delay is a number of seconds such as 0.2, not {seconds!r}.")
        words = f"delay of {seconds:g} s" if seconds else "no delay any more"
        self._order("delay", seconds or None, words + WAY_WORDS.get(direction, ""), direction, name)

    def split(self, size: int, direction: Direction = "both", name: str | None = None) -> None:
        """Pass everything on in pieces of `size` bytes, a millisecond apart; 0 takes it back."""
        words = f"split into pieces of {size} bytes" if size else "in one piece again"
        self._order("split", size or None, words + WAY_WORDS.get(direction, ""), direction, name)

    def drop_after(self, size: int | None, direction: Direction = "both", name: str | None = None) -> None:
        """Pass on `size` more bytes of each connection and lose what follows; None takes it back."""
        words = "nothing is lost any more" if size is None else f"after {size} more bytes all is lost"
        self._order("drop_after", size, words + WAY_WORDS.get(direction, ""), direction, name)

    @abstractmethod
    def cut(self, name: str | None = None) -> None:
        """Reset the connections that are open now, both to the client and to the server."""

    @abstractmethod
    def _order(
        self, fault: FaultName, value: float | None, words: str, direction: Direction, name: str | None
    ) -> None:
        """Let an order stand from now on."""

    @staticmethod
    def _new_order(fault: FaultName, value: float | None, words: str, name: str | None) -> Order:
        if value is not None and value < 0:
            raise ValueError(f"{value:g} is less than nothing. Choose 0 or more.")
        return Order(fault, value, words, name)
