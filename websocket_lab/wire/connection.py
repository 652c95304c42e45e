"""One TCP connection as a tap sees it: whose it is, what crossed, how it ended."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from websocket_lab.display.sequence_arrow import Kind
from websocket_lab.wire.client_names import UNKNOWN, client_name
from websocket_lab.wire.conversation import Conversation
from websocket_lab.wire.frame import Frame
from websocket_lab.wire.http import HttpHead
from websocket_lab.wire.marker import Event, Marker


Side = Literal["client", "server", "tap"]
How = Literal["FIN", "RST"]


@dataclass(frozen=True)
class Ending:
    """Who ended TCP, and how: in order (FIN) or by a reset (RST)."""

    by: Side
    how: How

    def __str__(self) -> str:
        """Return the ending in words."""
        return f"{'ended in order (FIN)' if self.how == 'FIN' else 'reset (RST)'} by the {self.by}"


class WireConnection:
    """What is known of one connection; it is fed what each side sends.

    Args:
        number: Which connection this is, counted from 1.
        port: The client's TCP port.
        claim: Turns a client's name into the name of a free lane.
        recall: Returns the events of the connection with that number.

    Attributes:
        name: The name of the client's lane, as soon as something has crossed.
        client_name: Who the client says it is; two clients may say the same.
        has_left: Whether the client has ended TCP.
        endings: How the sides ended TCP, in order.
    """

    def __init__(
        self, number: int, port: int, claim: Callable[[str], str], recall: Callable[[int], list[Event]]
    ) -> None:
        self.number = number
        self.port = port
        self.name = ""
        self.client_name = ""
        self.has_left = False
        self.endings: list[Ending] = []
        self._claim = claim
        self._recall = recall
        self._introduced_by: HttpHead | None = None
        self._lane_of = ""
        self._conversation = Conversation()

    @property
    def request(self) -> HttpHead | None:
        """The latest HTTP request, as sent."""
        return self._conversation.request

    @property
    def response(self) -> HttpHead | None:
        """The latest HTTP response, as sent."""
        return self._conversation.response

    @property
    def frames(self) -> list[Frame]:
        """The frames that crossed, both ways, oldest first; of a long conversation the last ones."""
        return [event for event in self._recall(self.number) if isinstance(event, Frame)]

    @property
    def is_websocket(self) -> bool:
        """Whether the handshake succeeded, so that frames cross."""
        return self._conversation.is_websocket

    @property
    def ending(self) -> str:
        """Who ended TCP first, and how; empty while it is open."""
        return str(self.endings[0]) if self.endings else ""

    def feed(self, from_client: bool, data: bytes) -> list[Event]:
        """Return what the bytes are that one side sent."""
        return self._stamped(self._conversation.feed(from_client, data))

    def end(self, ending: Ending) -> list[Event]:
        """Remember that a side ended TCP; return what this leaves unfinished."""
        is_first = not self.endings
        self.endings.append(ending)
        self.has_left |= ending.by != "server" or ending.how == "RST"
        if ending.by == "tap" or not is_first:
            return []

        words = "TCP ended (FIN)" if ending.how == "FIN" else "TCP was reset (RST)"
        return self._stamped(self._conversation.end(ending.by == "client", words))

    def note(self, label: str, kind: Kind = Kind.FAULT) -> list[Event]:
        """Return an event that is neither side's doing."""
        return self._stamped([Marker(label, kind)])

    def take_lane(self) -> None:
        """Give the client a lane, by what is known of its name so far."""
        if self.request is not None and self.request is not self._introduced_by:
            self._introduced_by, self.client_name = self.request, client_name(self.request)
        if self._lane_of != (self.client_name or UNKNOWN):
            self._lane_of = self.client_name or UNKNOWN
            self.name = self._claim(self._lane_of)

    def _stamped(self, events: Iterable[Event]) -> list[Event]:
        stamped = list(events)
        if stamped:
            self.take_lane()
        for event in stamped:
            event.client, event.connection = self.name, self.number
        return stamped

    def __repr__(self) -> str:
        """Say whose connection it is, what it asked for, and how it ended."""
        answer = self.response.label if self.response else "no answer"
        asked = f"{self.request.label} → {answer}" if self.request else "no request"
        return f"<{', '.join(filter(None, [self.name, asked, self.ending]))}>"
