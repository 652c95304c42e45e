"""Reads HTTP/1.1 heads from one direction, and what follows each, until the WebSocket begins."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


LONGEST_HEAD = 65_536
MOST_BODY = 4096
HEAD_END = re.compile(rb"\r?\n\r?\n")
FIRST_LINES = {
    True: re.compile(rb"[A-Z]{1,20} \S+ HTTP/1\.[01]\r?\n"),
    False: re.compile(rb"HTTP/1\.[01] \d{3}.*\r?\n"),
}
BEGINNINGS = {True: re.compile(rb"[A-Z]{1,20}( .*)?"), False: re.compile(rb"H(T(T(P(/.*)?)?)?)?")}


@dataclass
class HttpHead:
    """A start line and headers; `body` is the beginning of what followed them.

    Args:
        raw: The head's bytes, with the empty line at its end.
    """

    raw: bytes
    body: bytearray = field(default_factory=bytearray)

    @property
    def lines(self) -> list[str]:
        """The head's lines, without the empty one."""
        # RFC 9112, 2.2: what is not ASCII there means nothing in particular; latin-1 keeps each byte.
        return [line.rstrip("\r") for line in self.raw.decode("latin-1").split("\n")[:-2]]

    @property
    def start_line(self) -> str:
        """The first line, such as `GET /ws HTTP/1.1` or `HTTP/1.1 101 Switching Protocols`."""
        return self.lines[0]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers' names and values, in their order."""
        pairs = (line.partition(":") for line in self.lines[1:])
        return [(name.strip(), value.strip()) for name, _, value in pairs]

    def header(self, name: str) -> str:
        """Return a header's value, or an empty string; several of one name are joined by commas."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def method(self) -> str:
        """A request's method."""
        return self.start_line.split(" ")[0]

    @property
    def status(self) -> int:
        """A response's status."""
        found = re.match(r"HTTP/\S+ (\d{3})", self.start_line)
        return int(found[1]) if found else 0

    @property
    def is_upgrade(self) -> bool:
        """Whether it asks for, or agrees to, a WebSocket."""
        return self.header("Upgrade").lower() == "websocket"

    @property
    def label(self) -> str:
        """The start line without the version: what an arrow shows."""
        return re.sub(r"^HTTP/\S+ | HTTP/\S+$", "", self.start_line)


class NotHttp(ValueError):
    """These bytes are no HTTP/1.1."""


class HttpReader:
    """The requests of a client, or the responses of a server, on one connection.

    Args:
        is_request: Whether the client's direction is read.
    """

    def __init__(self, *, is_request: bool) -> None:
        self.rest = b""
        self.method = ""
        self._is_request = is_request
        self._read: Callable[[], HttpHead | None] = self._head
        self._current: HttpHead | None = None
        self._missing = 0

    def feed(self, data: bytes) -> Iterator[HttpHead]:
        """Yield each head that is complete with `data`; `rest` is what has not been read yet.

        Raises:
            NotHttp: They are no HTTP; what they are stays in `rest`.
        """
        self.rest += data
        before = -1
        while self.rest and len(self.rest) != before:
            before = len(self.rest)
            if head := self._read():
                yield head

    @property
    def is_inside_head(self) -> bool:
        """Whether a head has begun and is not complete."""
        return bool(self.rest) and self._read == self._head

    def _head(self) -> HttpHead | None:
        self._look_at_the_beginning()
        end = HEAD_END.search(self.rest)
        if not end:
            return None

        self._current = head = HttpHead(self.rest[: end.end()])
        self.rest = self.rest[end.end() :]
        if not head.is_upgrade or head.status != 101:
            self._expect_body(head)
        return head

    def _look_at_the_beginning(self) -> None:
        line, newline, _ = self.rest.partition(b"\n")
        rule = FIRST_LINES if newline else BEGINNINGS
        if not rule[self._is_request].fullmatch(line + newline) or len(self.rest) > LONGEST_HEAD:
            raise NotHttp(f"no HTTP {'request' if self._is_request else 'response'}")

    def _expect_body(self, head: HttpHead) -> None:
        length = head.header("Content-Length")
        if not self._is_request and (self.method == "HEAD" or head.status in (204, 304) or head.status < 200):
            return
        if "chunked" in head.header("Transfer-Encoding").lower():
            self._read = self._chunk_size
        elif re.fullmatch(r"\d{1,15}", length):
            self._missing = int(length)
            self._read = self._body if self._missing else self._head
        elif not self._is_request:
            # RFC 9112, 6.3: such a body ends with the connection.
            self._read = self._body_until_the_end

    def _body(self) -> None:
        self._keep(self._missing)
        if not self._missing:
            self._read = self._head

    def _body_until_the_end(self) -> None:
        self._missing = len(self.rest)
        self._keep(self._missing)

    def _chunk_size(self) -> None:
        line, newline, rest = self.rest.partition(b"\n")
        if not newline and len(line) < 100:
            return
        if not re.fullmatch(rb"[0-9a-fA-F]{1,15}[ \t]*(;.*)?\r?", line):
            raise NotHttp("no chunk of an HTTP body")

        self._missing, self.rest = int(line.split(b";")[0], 16), rest
        self._read = self._chunk if self._missing else self._trailers

    def _chunk(self) -> None:
        if self._missing:
            self._keep(self._missing)
        elif b"\n" in self.rest[:2]:
            self.rest = self.rest.partition(b"\n")[2]
            self._read = self._chunk_size

    def _trailers(self) -> None:
        line, newline, rest = self.rest.partition(b"\n")
        if newline:
            self.rest = rest
            self._read = self._trailers if line.strip() else self._head

    def _keep(self, count: int) -> None:
        piece, self.rest = self.rest[:count], self.rest[count:]
        self._missing -= len(piece)
        if self._current and len(self._current.body) < MOST_BODY:
            self._current.body += piece[: MOST_BODY - len(self._current.body)]
