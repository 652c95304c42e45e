"""One TCP connection as a tap sees it: whose it is, what crossed, how it ended."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from websocket_lab.display.sequence_arrow import Kind
from websocket_lab.wire.client_names import UNKNOWN, client_name
from websocket_lab.wire.frame import Frame
from websocket_lab.wire.frame_decoder import FrameDecoder, inflater
from websocket_lab.wire.frame_words import bytes_words
from websocket_lab.wire.http import LONGEST_HEAD, HttpHead, HttpReader, NotHttp
from websocket_lab.wire.marker import Event, Marker


Side = Literal["client", "server", "tap"]
How = Literal["FIN", "RST"]
TLS_HELLO = b"\x16\x03"


class Conversation:
    """What client and server say to each other on one connection."""

    def __init__(self) -> None:
        self.request: HttpHead | None = None
        self.response: HttpHead | None = None
        self._http = {True: HttpReader(is_request=True), False: HttpReader(is_request=False)}
        self._frames: dict[bool, FrameDecoder] = {}
        self._unreadable: set[bool] = set()
        self._awaits_answer = False

    @property
    def is_websocket(self) -> bool:
        """Whether the handshake succeeded, so that frames cross."""
        return bool(self._frames)

    def feed(self, from_client: bool, data: bytes) -> Iterator[Event]:
        """Yield what the bytes are that one side sent; it must be read to its end."""
        if decoder := self._frames.get(from_client):
            yield from decoder.feed(data)
        elif from_client not in self._unreadable:
            yield from self._read_http(from_client, data)

    def end(self, from_client: bool, words: str) -> Iterator[Event]:
        """Yield what a side leaves unfinished when it ends TCP in a way that `words` tell."""
        if decoder := self._frames.get(from_client):
            yield from decoder.finish()
            if not decoder.has_closed:
                yield Marker(f"{words} without a close frame (1006)", Kind.BAD, from_client)
        elif self._http[from_client].is_inside_head and from_client not in self._unreadable:
            begun = self._http[from_client].rest
            yield Marker(f"{words} inside HTTP: {_shown(begun)}", Kind.BAD, from_client)
        elif self._awaits_answer:
            yield Marker(f"{words} before the handshake was answered", Kind.BAD, from_client)

    def _read_http(self, from_client: bool, data: bytes) -> Iterator[Event]:
        if from_client and self._awaits_answer:
            self._wait_for_answer(data)
            return

        try:
            for head in self._http[from_client].feed(data):
                yield Marker(head.label, Kind.HTTP, from_client)
                if from_client:
                    self._take_request(head)
                else:
                    yield from self._take_response(head)
                if self._awaits_answer or self._frames:
                    break
        except NotHttp as error:
            self._unreadable.add(from_client)
            yield Marker(f"{error}: {_shown(self._http[from_client].rest)}", Kind.BAD, from_client)

    def _wait_for_answer(self, data: bytes) -> None:
        # Whether these are frames is known when the server has answered.
        reader = self._http[True]
        reader.rest += data[: max(0, LONGEST_HEAD - len(reader.rest))]

    def _take_request(self, head: HttpHead) -> None:
        self.request = head
        self._http[False].method = head.method
        self._awaits_answer = head.is_upgrade

    def _take_response(self, head: HttpHead) -> Iterator[Event]:
        self.response = head
        if not self._awaits_answer or (head.status < 200 and head.status != 101):
            return

        self._awaits_answer = False
        if head.status == 101:
            for side in (True, False):
                self._frames[side] = FrameDecoder(from_client=side, inflater=inflater(head, from_client=side))
        for side in (True, False) if head.status == 101 else (True,):
            early, self._http[side].rest = self._http[side].rest, b""
            yield from self.feed(side, early)


def _shown(data: bytes) -> str:
    hint = " (TLS: was it meant for wss://?)" if data.startswith(TLS_HELLO) else ""
    return bytes_words(data, len(data)) + hint


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
