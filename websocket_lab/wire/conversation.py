"""Both directions of one connection, decoded: first HTTP, then, after a 101, frames."""

from collections.abc import Iterator

from websocket_lab.display.sequence_arrow import Kind
from websocket_lab.wire.frame_decoder import FrameDecoder, inflater
from websocket_lab.wire.frame_words import bytes_words
from websocket_lab.wire.http import LONGEST_HEAD, HttpHead, HttpReader, NotHttp
from websocket_lab.wire.marker import Event, Marker


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
