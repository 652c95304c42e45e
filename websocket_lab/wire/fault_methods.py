"""The faults that a tap can make, for one client or for all, future ones too."""

import math
from abc import ABC, abstractmethod

from websocket_lab.wire.fault_book import Direction, FaultName, Order


WAY_WORDS: dict[Direction, str] = {"both": "", "to_server": " to the server", "to_client": " to the client"}
CUT = "cut: TCP reset to both sides"


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
